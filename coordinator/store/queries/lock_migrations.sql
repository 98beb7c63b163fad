-- Makes coordinators that start together migrate one after the other.
SET lock_timeout = '1min';
SELECT pg_advisory_lock(hashtext('motzkin migrate'));
