-- Lets a job's revoked batches take results again. Closed ones have all of theirs. $1 job.
UPDATE batch SET revoked = false WHERE job_id = $1 AND NOT closed AND revoked
