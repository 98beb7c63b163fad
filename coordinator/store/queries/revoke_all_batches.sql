-- Revokes the closed batches of a job too: once its rows are dropped, none of them may come back. $1 job.
UPDATE batch SET revoked = true WHERE job_id = $1 AND NOT revoked
