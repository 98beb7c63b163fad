-- Lists the first open audits of each job that may still be worked on, negatives and integrals each. $1 how many of a
-- job and kind: the one kind may have to wait for a worker, the other not.
SELECT a.job_id, a.index, w.uuid AS first_worker_uuid, a.first_outcome = 'integrated' AS integrated
  FROM job j,
       LATERAL ((SELECT job_id, index, first_worker_id, first_outcome FROM audit
                  WHERE job_id = j.id AND outcome IS NULL AND first_outcome <> 'integrated' ORDER BY index LIMIT $1)
                UNION ALL
                (SELECT job_id, index, first_worker_id, first_outcome FROM audit
                  WHERE job_id = j.id AND outcome IS NULL AND first_outcome = 'integrated' ORDER BY index LIMIT $1)) a
  LEFT JOIN worker w ON w.id = a.first_worker_id
 WHERE j.state IN ('running', 'completed')
 ORDER BY a.job_id, a.index
