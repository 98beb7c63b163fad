-- $1 job.
SELECT state::text, target, target_integrated, allocated_below, sealed_below, name,
       EXISTS (SELECT FROM archive a WHERE a.job_id = job.id)
  FROM job WHERE id = $1 FOR UPDATE
