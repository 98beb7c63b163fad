-- The batch of an open lease. $1 job, $2 batch, $3 attempt.
SELECT b.job_id, b.batch, b.begin_index, b.end_index, b.stored, b.deaths, b.revoked
  FROM lease l JOIN batch b USING (job_id, batch)
 WHERE l.job_id = $1 AND l.batch = $2 AND l.attempt = $3 AND l.end_time IS NULL
