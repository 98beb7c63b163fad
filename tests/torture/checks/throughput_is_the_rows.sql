-- The minutes of each worker's throughput add up to its rows, unless these are archived.
SELECT format('job %s, worker %s: throughput adds up to %s rows, %s are stored', job_id, worker_id, counted, stored)
  FROM (SELECT job_id, worker_id, sum(functions) AS counted FROM throughput_minute GROUP BY 1, 2) t
  FULL JOIN (SELECT job_id, worker_id, count(*) AS stored FROM result GROUP BY 1, 2) r USING (job_id, worker_id)
 WHERE counted IS DISTINCT FROM stored AND NOT EXISTS (SELECT FROM archive k WHERE k.job_id = coalesce(t.job_id, r.job_id))
