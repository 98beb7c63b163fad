-- A job's counters by outcome agree with the rows of its sealed prefix, unless these are archived.
WITH counted AS (
    SELECT j.id, r.outcome, count(*) AS rows
      FROM job j JOIN result r ON r.job_id = j.id AND r.index < j.sealed_below
     GROUP BY j.id, r.outcome)
SELECT format('job %s counts %s sealed rows that are %s, there are %s', j.name, n.rows, n.outcome, coalesce(c.rows, 0))
  FROM job j
 CROSS JOIN unnest(enum_range(NULL::outcome), j.sealed_outcomes) AS n (outcome, rows)
  LEFT JOIN counted c ON c.id = j.id AND c.outcome = n.outcome
 WHERE n.rows <> coalesce(c.rows, 0) AND NOT EXISTS (SELECT FROM archive k WHERE k.job_id = j.id)
