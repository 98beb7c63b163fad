-- $1 job.
SELECT state::text, target, target_integrated, allocated_below, sealed_below, name FROM job WHERE id = $1 FOR UPDATE
