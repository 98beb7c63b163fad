-- Changes the target of a job. $1 job, $2 target.
UPDATE job SET target = $2 WHERE id = $1
