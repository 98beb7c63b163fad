SELECT pg_advisory_unlock(hashtext('motzkin migrate'))
