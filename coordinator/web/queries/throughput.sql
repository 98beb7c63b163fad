-- Sums up what was stored in each period. $1 job or '', $2 name or UUID of a worker, or '', $3 minutes of a period, $4 hours back.
SELECT extract(epoch FROM date_bin(make_interval(mins => $3::integer), minute, timestamptz 'epoch'))::bigint AS begin_s,
       sum(functions)::bigint AS functions, sum(integrated)::bigint AS integrated,
       sum(cas_seconds)::double precision AS cas_seconds, sum(verifier_seconds)::double precision AS verifier_seconds
  FROM throughput
 WHERE minute >= now() - make_interval(hours => $4::integer)
   AND ($1::text = '' OR job = $1) AND ($2::text = '' OR worker IN (SELECT w.worker FROM workers w WHERE $2 IN (w.worker, w.uuid::text)))
 GROUP BY begin_s ORDER BY begin_s
