-- The coordinator's own lock on this database, held by its session. Waits for a coordinator that may be about to end.
SET lock_timeout = '5s';
SELECT pg_advisory_lock(hashtext('motzkin coordinator'));
SET lock_timeout = '2s';
