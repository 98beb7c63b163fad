-- Deletes, of these workers, up to $2 that never stored a row and answered no audit, with their leases, and returns
-- them. Rows of archived jobs are gone, so a worker that had a lease of one stays. $1 UUIDs.
WITH idle AS (
    SELECT w.id FROM worker w
     WHERE w.uuid = ANY ($1::uuid[]) AND w.control = 'run'
       AND NOT EXISTS (SELECT FROM audit a WHERE a.worker_id = w.id)
       AND NOT EXISTS (
           SELECT FROM lease l
            WHERE l.worker_id = w.id
              AND (l.end_time IS NULL
                   OR EXISTS (SELECT FROM archive a WHERE a.job_id = l.job_id)
                   OR EXISTS (SELECT FROM result r
                               WHERE r.job_id = l.job_id AND r.index >= l.begin_index AND r.index < l.end_index
                                 AND r.worker_id = w.id)))
     ORDER BY w.id LIMIT $2),
leases AS (DELETE FROM lease l USING idle WHERE l.worker_id = idle.id)
DELETE FROM worker w USING idle WHERE w.id = idle.id RETURNING w.uuid
