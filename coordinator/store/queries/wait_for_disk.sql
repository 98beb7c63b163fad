-- Something to write: a transaction that has only a number commits without waiting.
SELECT pg_logical_emit_message(true, 'motzkin', '')
