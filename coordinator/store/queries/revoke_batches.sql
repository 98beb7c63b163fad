-- Refuses further results for the open batches of a job. $1 job.
UPDATE batch SET revoked = true WHERE job_id = $1 AND NOT closed AND NOT revoked
