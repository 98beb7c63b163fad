-- Takes the coordinator's lock on this database, which its session holds. Waits for a coordinator that may be about to
-- end.
SET lock_timeout = '5s';
SELECT pg_advisory_lock(hashtext('motzkin coordinator'));
SET lock_timeout = '2s';
