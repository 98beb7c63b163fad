-- Makes the next batches of a job; each begins where the one before it ends.
-- $1 job, $2 begin of the first, $3 their ends, ascending.
-- The caller holds the job's lock, so that begins and numbers follow each other.
WITH next AS (SELECT coalesce(max(batch) + 1, 0) AS batch FROM batch WHERE job_id = $1),
wanted AS (
    SELECT lag(end_index, 1, $2::bigint) OVER (ORDER BY position) AS begin_index, end_index, position
      FROM unnest($3::bigint[]) WITH ORDINALITY AS w(end_index, position)),
moved AS (UPDATE job SET allocated_below = (SELECT max(end_index) FROM wanted) WHERE id = $1)
INSERT INTO batch (job_id, batch, begin_index, end_index)
SELECT $1::integer, next.batch + wanted.position - 1, begin_index, end_index FROM wanted, next ORDER BY position
RETURNING job_id, batch, begin_index, end_index, stored, deaths, revoked
