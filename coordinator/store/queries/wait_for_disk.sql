-- Writes a few bytes to the log: a transaction that has written nothing commits without waiting for the disk.
SELECT pg_logical_emit_message(true, 'motzkin', '')
