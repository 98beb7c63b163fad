-- Every row has a lease: its worker held, with this attempt, a batch that contains this index. The
-- comparison goes index by index, because comparing with the ranges of all leases of a worker takes
-- minutes where a quick machine has stored much.
WITH unleased AS (
    SELECT job_id, worker_id, attempt, index FROM result
    EXCEPT
    SELECT job_id, worker_id, attempt, generate_series(begin_index, end_index - 1) FROM lease)
SELECT format('index %s of job %s, attempt %s of worker %s: never leased so', index, job_id, attempt, worker_id)
  FROM unleased
