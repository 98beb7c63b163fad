-- $1 job, $2 batch, $3 worker id, $4 instance. Returns the attempt.
WITH counted AS (
    UPDATE batch SET attempts = attempts + 1 WHERE job_id = $1 AND batch = $2
    RETURNING job_id, batch, attempts, begin_index, end_index)
INSERT INTO lease (job_id, batch, attempt, worker_id, instance, begin_index, end_index)
SELECT job_id, batch, attempts, $3::integer, $4, begin_index, end_index FROM counted
RETURNING attempt
