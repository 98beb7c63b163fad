-- Below the high-water mark the first index of each function is kept, and each later one is named
-- as its duplicate.
WITH expected AS (
    SELECT r.job_id, r.index, min(r.index) OVER (PARTITION BY r.job_id, r.canonical_hash) AS first_index
      FROM result r JOIN job j ON j.id = r.job_id AND r.index < j.sealed_below)
SELECT format('index %s of job %s: duplicate of %s, should be of %s', coalesce(d.index, e.index),
              coalesce(d.job_id, e.job_id), d.first_index, e.first_index)
  FROM (SELECT * FROM expected WHERE first_index < index) e
  FULL JOIN duplicate d ON d.job_id = e.job_id AND d.index = e.index
 WHERE d.first_index IS DISTINCT FROM e.first_index
