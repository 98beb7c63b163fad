-- A transaction with a number has a commit record, for which its commit waits.
SELECT pg_current_xact_id()
