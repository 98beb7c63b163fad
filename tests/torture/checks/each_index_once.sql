-- Every index below a job's high-water mark has exactly one row, unless they are archived.
SELECT format('job %s, sealed below %s: %s rows of %s indices, %s to %s', j.name, j.sealed_below, count(r.index),
              count(DISTINCT r.index), min(r.index), max(r.index))
  FROM job j LEFT JOIN result r ON r.job_id = j.id AND r.index < j.sealed_below
 WHERE NOT EXISTS (SELECT FROM archive k WHERE k.job_id = j.id)
 GROUP BY j.id
HAVING count(r.index) <> j.sealed_below OR count(DISTINCT r.index) <> j.sealed_below
    OR (j.sealed_below > 0 AND (min(r.index) <> 0 OR max(r.index) <> j.sealed_below - 1))
