-- Lists the latest results that are not integrated. $1 job or '', $2 name or UUID of a worker, or '', $3 limit.
SELECT extract(epoch FROM time)::bigint AS time_s, job, index, outcome, engine, message, integrand, worker
  FROM failures
 WHERE ($1::text = '' OR job = $1) AND ($2::text = '' OR worker IN (SELECT w.worker FROM workers w WHERE $2 IN (w.worker, w.uuid::text)))
 ORDER BY time DESC, index DESC LIMIT $3
