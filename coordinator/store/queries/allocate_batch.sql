-- $1 job, $2 begin, $3 end.
WITH moved AS (UPDATE job SET allocated_below = $3 WHERE id = $1)
INSERT INTO batch (job_id, batch, begin_index, end_index)
SELECT $1::integer, coalesce(max(batch) + 1, 0), $2, $3 FROM batch WHERE job_id = $1
RETURNING job_id, batch, begin_index, end_index, stored, deaths, revoked
