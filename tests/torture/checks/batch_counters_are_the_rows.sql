-- The counters of a batch by outcome agree with its rows, unless these are archived, and the batch
-- is closed when it is full. The join goes index by index; rows_have_a_lease.sql gives the reason.
WITH counted AS (
    SELECT b.job_id, b.batch, r.outcome, count(*) AS rows
      FROM batch b
     CROSS JOIN generate_series(b.begin_index, b.end_index - 1) AS i (index)
      JOIN result r ON r.job_id = b.job_id AND r.index = i.index
     GROUP BY b.job_id, b.batch, r.outcome)
SELECT format('batch %s of job %s counts %s rows that are %s, there are %s', b.batch, b.job_id, n.rows, n.outcome,
              coalesce(c.rows, 0))
  FROM batch b
 CROSS JOIN unnest(enum_range(NULL::outcome), b.outcomes) AS n (outcome, rows)
  LEFT JOIN counted c ON c.job_id = b.job_id AND c.batch = b.batch AND c.outcome = n.outcome
 WHERE n.rows <> coalesce(c.rows, 0) AND NOT EXISTS (SELECT FROM archive k WHERE k.job_id = b.job_id)
UNION ALL
SELECT format('batch %s of job %s counts %s rows and is %sclosed', batch, job_id, stored,
              CASE WHEN closed THEN '' ELSE 'not ' END)
  FROM batch WHERE closed <> (stored = end_index - begin_index)
