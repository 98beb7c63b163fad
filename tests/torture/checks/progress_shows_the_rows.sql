-- The view `progress` shows the number of rows by outcome, for an archived job the number that
-- there was.
SELECT format('progress shows %s functions of job %s, %s integrated; there are %s and %s', p.functions, p.job,
              p.integrated, count(r.index), count(*) FILTER (WHERE r.outcome = 'integrated'))
  FROM progress p
  JOIN job j ON j.name = p.job
  LEFT JOIN result r ON r.job_id = j.id
 WHERE p.archived IS NULL
 GROUP BY p.job, p.functions, p.integrated, p.timed_out, p.crashed
HAVING p.functions <> count(r.index)
    OR p.integrated <> count(*) FILTER (WHERE r.outcome = 'integrated')
    OR p.timed_out <> count(*) FILTER (WHERE r.outcome = 'timed_out')
    OR p.crashed <> count(*) FILTER (WHERE r.outcome = 'crashed')
UNION ALL
SELECT format('progress shows %s functions of job %s, its archive has %s', p.functions, p.job, k.rows)
  FROM progress p JOIN job j ON j.name = p.job JOIN archive k ON k.job_id = j.id
 WHERE p.functions <> k.rows
