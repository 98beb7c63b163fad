-- The names for the message about a job that does not exist.
SELECT job FROM jobs ORDER BY started DESC LIMIT 10
