-- Changes the state of a job. $1 job, $2 state, $3 reason.
UPDATE job SET state = $2::job_state, reason = $3 WHERE id = $1
