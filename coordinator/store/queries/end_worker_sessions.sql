-- Ends the sessions of a login that is closed. $1 its role.
SELECT end_worker_sessions($1)
