-- Waits for submissions in flight, in the order in which they lock. $1 job.
SELECT batch FROM batch WHERE job_id = $1 ORDER BY begin_index FOR UPDATE
