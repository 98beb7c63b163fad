-- Makes the tail from $3 on a batch of its own, which takes the counts of its rows along. The caller holds the batch's
-- lock, so that no submission changes the counts meanwhile. $1 job, $2 batch.
-- The new number cannot be taken: only the coordinator makes batches, in one transaction at a time.
WITH tail AS (
    SELECT counts_of(array_agg(outcome)) AS outcomes, count(*) AS stored
      FROM result
     WHERE job_id = $1 AND index >= $3
       AND index < (SELECT end_index FROM batch WHERE job_id = $1 AND batch = $2)),
head AS (
    UPDATE batch b
       SET end_index = $3, outcomes = subtract_counts(b.outcomes, tail.outcomes),
           closed = (b.stored - tail.stored = $3 - b.begin_index)
      FROM tail
     WHERE b.job_id = $1 AND b.batch = $2),
whole AS (SELECT end_index, deaths, revoked FROM batch WHERE job_id = $1 AND batch = $2)
INSERT INTO batch (job_id, batch, begin_index, end_index, outcomes, closed, deaths, revoked)
SELECT $1::integer, (SELECT max(batch) + 1 FROM batch WHERE job_id = $1), $3, whole.end_index, tail.outcomes,
       tail.stored = whole.end_index - $3, whole.deaths, whole.revoked
  FROM whole, tail
RETURNING job_id, batch, begin_index, end_index, stored, deaths, revoked
