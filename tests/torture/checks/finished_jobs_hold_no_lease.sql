-- A job that is over has no open lease, and a completed one has reached its target.
SELECT format('batch %s of job %s, which is %s, is still leased', l.batch, j.name, j.state)
  FROM lease l JOIN job j ON j.id = l.job_id
 WHERE l.end_time IS NULL AND j.state NOT IN ('running', 'paused')
UNION ALL
SELECT format('job %s is completed at %s of %s functions', name, sealed_below, target)
  FROM job WHERE state = 'completed' AND sealed_below < target AND NOT target_integrated
