-- Lists the batches of a job that are neither closed nor revoked, by their begin. $1 job.
SELECT job_id, batch, begin_index, end_index, stored, deaths, revoked
  FROM batch WHERE job_id = $1 AND NOT closed AND NOT revoked ORDER BY begin_index
