-- The counters of a batch by outcome agree with its rows, unless these are archived, and the batch
-- is closed when it is full. The join goes index by index; rows_have_a_lease.sql gives the reason.
WITH counted AS (
    SELECT b.job_id, b.batch,
           count(*) FILTER (WHERE r.outcome = 'integrated') AS integrated,
           count(*) FILTER (WHERE r.outcome = 'partly') AS partly,
           count(*) FILTER (WHERE r.outcome = 'unsolved') AS unsolved,
           count(*) FILTER (WHERE r.outcome = 'nonelementary') AS nonelementary,
           count(*) FILTER (WHERE r.outcome = 'timed_out') AS timed_out,
           count(*) FILTER (WHERE r.outcome = 'memory_exceeded') AS memory_exceeded,
           count(*) FILTER (WHERE r.outcome = 'crashed') AS crashed,
           count(*) FILTER (WHERE r.outcome = 'refuted') AS refuted,
           count(*) FILTER (WHERE r.outcome = 'unverified') AS unverified
      FROM batch b
     CROSS JOIN generate_series(b.begin_index, b.end_index - 1) AS i (index)
      LEFT JOIN result r ON r.job_id = b.job_id AND r.index = i.index
     GROUP BY b.job_id, b.batch)
SELECT format('batch %s of job %s counts %s rows, other than there are', b.batch, b.job_id, b.stored)
  FROM batch b JOIN counted c USING (job_id, batch)
 WHERE ((b.integrated, b.partly, b.unsolved, b.nonelementary, b.timed_out, b.memory_exceeded, b.crashed, b.refuted,
         b.unverified)
        IS DISTINCT FROM
        (c.integrated, c.partly, c.unsolved, c.nonelementary, c.timed_out, c.memory_exceeded, c.crashed, c.refuted,
         c.unverified)
        AND NOT EXISTS (SELECT FROM archive k WHERE k.job_id = b.job_id))
    OR b.closed <> (b.stored = b.end_index - b.begin_index)
