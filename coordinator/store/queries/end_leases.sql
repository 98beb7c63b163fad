-- Ends leases. One that has ended already keeps its first reason, and so counts no second death against its batch.
-- $1 jobs, $2 batches, $3 attempts, $4 reasons.
WITH ended AS (
    UPDATE lease l SET end_time = now(), end_why = e.why
      FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::lease_end[]) AS e(job_id, batch, attempt, why)
     WHERE l.job_id = e.job_id AND l.batch = e.batch AND l.attempt = e.attempt AND l.end_time IS NULL
    RETURNING l.job_id, l.batch, l.end_why)
UPDATE batch b SET deaths = b.deaths + 1
  FROM ended e
 WHERE e.end_why = 'died' AND b.job_id = e.job_id AND b.batch = e.batch
