-- $1 job, $2 batch.
UPDATE batch SET deaths = deaths + 1 WHERE job_id = $1 AND batch = $2
