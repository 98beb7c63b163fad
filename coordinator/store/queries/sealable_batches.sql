-- Lists the batches that follow the sealed prefix, up to a bound; the sealer stops at the first that is not closed.
-- $1 job.
SELECT b.begin_index, b.end_index, b.closed, j.sealed_below
  FROM job j JOIN batch b ON b.job_id = j.id AND b.begin_index >= j.sealed_below
 WHERE j.id = $1
 ORDER BY b.begin_index LIMIT 1000
