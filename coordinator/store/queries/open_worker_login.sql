-- Returns the login of a worker, if it may have one. $1 its UUID.
SELECT role, password FROM open_worker_login($1::uuid)
