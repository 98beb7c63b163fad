-- Notes whom an open audit was given to, and returns the integral that is to be verified, empty for a negative label.
-- $1 job, $2 index, $3 UUID of the worker.
WITH given AS (
    UPDATE audit a SET auditor_id = w.id FROM worker w
     WHERE a.job_id = $1 AND a.index = $2 AND a.outcome IS NULL AND w.uuid = $3::uuid
    RETURNING a.job_id, a.index, a.first_outcome)
SELECT CASE WHEN g.first_outcome = 'integrated' THEN r.integral ELSE '' END AS candidate
  FROM given g JOIN result r ON r.job_id = g.job_id AND r.index = g.index
