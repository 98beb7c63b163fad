-- The suspended workers whose time is over. One whose rows are quarantined waits for its owner, because a worker that
-- is resumed is trusted again.
SELECT w.uuid FROM worker w
 WHERE w.control = 'suspend' AND w.suspended_until <= now()
   AND NOT EXISTS (SELECT FROM quarantine q WHERE q.worker_id = w.id)
 ORDER BY w.id
