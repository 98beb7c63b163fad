-- Locks a job until the transaction ends. $1 job.
SELECT state::text AS state, target, target_integrated, allocated_below, name,
       EXISTS (SELECT FROM archive a WHERE a.job_id = job.id) AS archived
  FROM job WHERE id = $1 FOR UPDATE
