-- The coordinator's own lock on this database, held by its session.
SELECT pg_advisory_lock(hashtext('motzkin coordinator'));
