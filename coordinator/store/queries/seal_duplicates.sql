-- Notes the indices of a newly sealed range whose function has an earlier index. It comes after seal_functions, which
-- decides which index of a function is the first. $1 job, $2 begin, $3 end.
INSERT INTO duplicate
SELECT r.job_id, r.index, s.first_index
  FROM result r JOIN seen_function s ON s.job_id = r.job_id AND s.canonical_hash = r.canonical_hash
 WHERE r.job_id = $1 AND r.index >= $2 AND r.index < $3 AND s.first_index < r.index
