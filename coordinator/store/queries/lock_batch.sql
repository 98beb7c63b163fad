-- $1 job, $2 batch.
SELECT job_id, batch, begin_index, end_index, stored, deaths, revoked FROM batch WHERE job_id = $1 AND batch = $2 FOR UPDATE
