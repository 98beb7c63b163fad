-- Our own session of before, $1, if it lingers: the server may not have noticed that the connection is gone, and
-- then keeps the lock for as long as TCP lets it. Numbers of processes come back: only a coordinator's is ended.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid = $1 AND datname = current_database() AND usename = current_user
   AND application_name = 'motzkin coordinator';
