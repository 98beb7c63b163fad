-- Lists the intervals of the real line on which the answer is right. $1 job, $2 index.
SELECT r.valid_on[n] AS lower, r.valid_on[n + 1] AS upper
  FROM result r, generate_series(1, cardinality(r.valid_on), 2) n
 WHERE r.job_id = $1 AND r.index = $2
 ORDER BY n
