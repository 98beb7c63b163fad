-- Drops what pg_restore has just made.
DROP SCHEMA motzkin CASCADE
