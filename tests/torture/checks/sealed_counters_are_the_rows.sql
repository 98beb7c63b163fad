-- A job's counters by outcome agree with the rows of its sealed prefix, unless these are archived.
WITH counted AS (
    SELECT j.id,
           count(*) FILTER (WHERE r.outcome = 'integrated') AS integrated,
           count(*) FILTER (WHERE r.outcome = 'timed_out') AS timed_out,
           count(*) FILTER (WHERE r.outcome = 'crashed') AS crashed,
           count(r.index) AS rows
      FROM job j LEFT JOIN result r ON r.job_id = j.id AND r.index < j.sealed_below
     GROUP BY j.id)
SELECT format('job %s counts %s sealed and %s integrated; there are %s and %s', j.name, j.sealed_below, j.integrated,
              c.rows, c.integrated)
  FROM job j JOIN counted c USING (id)
 WHERE NOT EXISTS (SELECT FROM archive k WHERE k.job_id = j.id)
   AND (j.sealed_below, j.integrated, j.timed_out, j.crashed)
       IS DISTINCT FROM (c.rows, c.integrated, c.timed_out, c.crashed)
