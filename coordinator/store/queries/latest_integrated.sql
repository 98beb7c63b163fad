-- Lists the latest integrated results. $1 limit, $2 job or NULL: of all jobs.
SELECT r.index, r.integrand, r.integral, split_part(r.engine, ' ', 1) AS engine, j.name AS job
  FROM recent_result r JOIN job j ON j.id = r.job_id
 WHERE r.outcome = 'integrated' AND ($2::integer IS NULL OR r.job_id = $2)
 ORDER BY r.time DESC, r.index DESC LIMIT $1
