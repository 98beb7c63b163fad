-- Keeps a worker from logging in, and returns the role with which it did. $1 its UUID.
SELECT closed.role FROM close_worker_login($1::uuid) AS closed(role)
