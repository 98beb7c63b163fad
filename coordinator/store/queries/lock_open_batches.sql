-- Locks the open batches of a job, and so waits for submissions in flight. Submissions lock in this order too.
-- $1 job.
SELECT batch FROM batch WHERE job_id = $1 AND NOT closed ORDER BY begin_index FOR UPDATE
