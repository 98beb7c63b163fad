-- Ends our own earlier session, if it lingers: on a server that has not noticed that the connection is gone, it holds
-- the database for as long as TCP waits. The number of its process may belong to another session by now, so only the
-- session of a coordinator is ended. $1 that process's number.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid = $1 AND datname = current_database() AND usename = current_user
   AND application_name = 'motzkin coordinator';
