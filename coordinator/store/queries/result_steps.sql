-- Lists the steps of one function's ladder. $1 job, $2 index.
SELECT coalesce(e.name, '') AS engine, coalesce(e.version, '') AS version, r.steps[n][2] AS outcome,
       r.steps[n][3] AS cpu_us, r.steps[n][4] AS rss_kb, r.steps[n][5] AS verifier_us,
       coalesce(r.messages[n], '') AS message
  FROM result r CROSS JOIN LATERAL generate_subscripts(r.steps, 1) n LEFT JOIN engine e ON e.id = r.steps[n][1]
 WHERE r.job_id = $1 AND r.index = $2
 ORDER BY n
