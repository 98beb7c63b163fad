-- Ends the open leases of batches that are about to be granted anew. $1 jobs, $2 batches.
UPDATE lease l SET end_time = now(), end_why = 'lost'
  FROM unnest($1::integer[], $2::bigint[]) AS k(job_id, batch)
 WHERE l.job_id = k.job_id AND l.batch = k.batch AND l.end_time IS NULL
