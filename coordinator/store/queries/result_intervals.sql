-- $1 job, $2 index.
SELECT v.bound FROM result r CROSS JOIN LATERAL unnest(r.valid_on) WITH ORDINALITY AS v(bound, position)
 WHERE r.job_id = $1 AND r.index = $2
 ORDER BY v.position
