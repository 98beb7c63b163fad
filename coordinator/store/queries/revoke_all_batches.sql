-- Full ones too. $1 job.
UPDATE batch SET revoked = true WHERE job_id = $1 AND NOT revoked
