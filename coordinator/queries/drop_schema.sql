-- Removes a database that could not be restored as a whole.
DROP SCHEMA motzkin CASCADE
