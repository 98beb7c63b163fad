-- Lists the first open audits of each job that may still be worked on. $1 how many of a job.
SELECT a.job_id, a.index, w.uuid AS first_worker_uuid
  FROM job j,
       LATERAL (SELECT job_id, index, first_worker_id FROM audit
                 WHERE job_id = j.id AND outcome IS NULL ORDER BY index LIMIT $1) a
  LEFT JOIN worker w ON w.id = a.first_worker_id
 WHERE j.state IN ('running', 'completed')
 ORDER BY a.job_id, a.index
