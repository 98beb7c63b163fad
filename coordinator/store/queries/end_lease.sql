-- $1 job, $2 batch, $3 attempt, $4 why.
UPDATE lease SET end_time = now(), end_why = $4::lease_end
 WHERE job_id = $1 AND batch = $2 AND attempt = $3 AND end_time IS NULL
