-- Lists the workers of whose rows an audit found one wrong.
SELECT w.uuid AS worker_uuid, j.name || '/' || q.index AS row, a.name AS auditor
  FROM quarantine q
  JOIN worker w ON w.id = q.worker_id
  JOIN worker a ON a.id = q.auditor_id
  JOIN job j ON j.id = q.job_id
