-- Rows of a range. $1 job, $2 begin, $3 end.
SELECT index, integrand, integral, outcome, answer_class, has_abs, split, duplicate_of, engine, engine_version,
       canonical_hash, skeleton_hash, steps::text AS steps, speed_factor, worker_id, quarantined
  FROM training_data_all
 WHERE job = $1 AND index >= $2 AND index < $3
 ORDER BY index
