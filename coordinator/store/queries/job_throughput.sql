-- Sums up the last $2 whole minutes of a job. $1 job.
SELECT coalesce(sum(functions), 0) AS functions, coalesce(sum(integrated), 0) AS integrated
  FROM throughput_minute
 WHERE job_id = $1 AND minute >= date_trunc('minute', now()) - make_interval(mins => $2::integer)
   AND minute < date_trunc('minute', now())
