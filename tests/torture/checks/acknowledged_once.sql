-- At most one worker was ever told that its row is the one that was stored.
SELECT format('index %s of job %s: %s workers were told that theirs is stored', index, job_uuid, count(*))
  FROM acknowledged
 WHERE status = 'stored'
 GROUP BY job_uuid, index
HAVING count(*) > 1
