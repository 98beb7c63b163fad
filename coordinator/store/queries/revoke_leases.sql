-- Ends all leases of a job. $1 job.
UPDATE lease SET end_time = now(), end_why = 'revoked' WHERE job_id = $1 AND end_time IS NULL
