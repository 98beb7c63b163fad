-- Bounds waits in both directions: no call of the store hangs behind another session's lock, and no session hangs
-- behind the lock of a coordinator that stands still or whose machine is gone.
-- Unless pg_temp is named last, a temporary table hides one of ours.
SET search_path = motzkin, pg_temp;
SET lock_timeout = '2s';
SET statement_timeout = '10min';
SET idle_in_transaction_session_timeout = '1min';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET application_name = 'motzkin coordinator';
SET timezone = 'UTC';
-- Rows::Bytes() reads no other format.
SET bytea_output = 'hex';
-- A default of the database must not void what we promise about rows that are stored.
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
