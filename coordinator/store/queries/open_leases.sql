SELECT b.job_id, b.batch, b.begin_index, b.end_index, b.stored, b.deaths, b.revoked, l.attempt, l.instance,
       w.uuid AS worker_uuid
  FROM lease l JOIN batch b USING (job_id, batch) JOIN worker w ON w.id = l.worker_id
 WHERE l.end_time IS NULL
 ORDER BY b.job_id, b.begin_index
