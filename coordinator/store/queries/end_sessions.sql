-- Ends the sessions of a role. $1 the role.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1
