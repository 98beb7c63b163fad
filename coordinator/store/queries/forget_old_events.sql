-- $1 the last id to forget.
DELETE FROM event WHERE id <= $1
