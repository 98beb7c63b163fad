-- The batches of a job cover the indices below allocated_below, each of them once. For an archived
-- job they cover those above its sealed prefix.
WITH walked AS (
    SELECT b.*, coalesce(lag(end_index) OVER (PARTITION BY job_id ORDER BY begin_index),
                         (SELECT j.sealed_below FROM archive k JOIN job j ON j.id = k.job_id
                           WHERE k.job_id = b.job_id AND k.drop_time IS NOT NULL), 0) AS expected_begin
      FROM batch b)
SELECT format('job %s: batch %s begins at %s, the one before it ends at %s', job_id, batch, begin_index, expected_begin)
  FROM walked WHERE begin_index <> expected_begin
UNION ALL
SELECT format('job %s: the batches end at %s, allocated is up to %s', j.name, max(b.end_index), j.allocated_below)
  FROM job j LEFT JOIN batch b ON b.job_id = j.id
 GROUP BY j.id
HAVING coalesce(max(b.end_index), (SELECT j.sealed_below FROM archive k WHERE k.job_id = j.id), 0) <> j.allocated_below
