-- Locks batches in the order in which submissions lock them, so that no two wait for each other. $1 jobs, $2 batches.
SELECT b.job_id, b.batch, b.begin_index, b.end_index, b.stored, b.deaths, b.revoked, b.attempts
  FROM unnest($1::integer[], $2::bigint[]) AS k(job_id, batch)
  JOIN batch b ON b.job_id = k.job_id AND b.batch = k.batch
 ORDER BY b.job_id, b.begin_index
   FOR UPDATE OF b
