-- $1 job.
UPDATE batch SET revoked = false WHERE job_id = $1 AND NOT closed AND revoked
