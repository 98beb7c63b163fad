-- Sums up the last $1 whole minutes of each worker that stored results.
SELECT w.uuid, sum(t.functions) AS functions, sum(t.integrated) AS integrated
  FROM throughput_minute t JOIN worker w ON w.id = t.worker_id
 WHERE t.minute >= date_trunc('minute', now()) - make_interval(mins => $1::integer)
   AND t.minute < date_trunc('minute', now())
 GROUP BY w.uuid
