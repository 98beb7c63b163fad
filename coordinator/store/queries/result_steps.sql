-- $1 job, $2 index.
SELECT coalesce(e.name, ''), coalesce(e.version, ''), r.steps[n][2], r.steps[n][3], r.steps[n][4], r.steps[n][5],
       coalesce(r.messages[n], '')
  FROM result r CROSS JOIN LATERAL generate_subscripts(r.steps, 1) n LEFT JOIN engine e ON e.id = r.steps[n][1]
 WHERE r.job_id = $1 AND r.index = $2
 ORDER BY n
