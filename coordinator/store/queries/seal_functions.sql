-- Remembers the first index of each function of a newly sealed range. The prefix is sealed in order, so an index that
-- is there already is lower and stays. $1 job, $2 begin, $3 end.
INSERT INTO seen_function
SELECT DISTINCT ON (canonical_hash) job_id, canonical_hash, index
  FROM result WHERE job_id = $1 AND index >= $2 AND index < $3
 ORDER BY canonical_hash, index
ON CONFLICT DO NOTHING
