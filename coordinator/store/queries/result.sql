-- Reads the row of one function. $1 job, $2 index.
-- Hashes are signed here and unsigned in the proto; in hexadecimal they are the same.
SELECT r.index, array_position(enum_range(NULL::outcome), r.outcome) AS outcome, r.integrand,
       coalesce(r.integral, '') AS integral, '0x' || to_hex(r.canonical_hash) AS canonical_hash,
       '0x' || to_hex(r.skeleton_hash) AS skeleton_hash, coalesce(e.name, '') AS engine,
       coalesce(array_position(enum_range(NULL::answer_class), r.answer_class), 0) AS answer_class, r.has_abs,
       coalesce(array_position(enum_range(NULL::verdict), r.verdict), 0) AS verdict, r.points_agreed,
       r.points_differed, r.precision_bits, coalesce(r.counterexample, '') AS counterexample, r.speed_factor,
       array_position(enum_range(NULL::kind), j.kind) AS kind, r.wall_ms, w.name AS worker, r.attempt,
       (extract(epoch FROM r.create_time) * 1000000)::bigint AS created_us, split_of(r.skeleton_hash) AS split
  FROM result r JOIN job j ON j.id = r.job_id JOIN worker w ON w.id = r.worker_id
  LEFT JOIN engine e ON e.id = r.engine_id
 WHERE r.job_id = $1 AND r.index = $2
