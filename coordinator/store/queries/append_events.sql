-- Adds events and forgets old ones. $1 kinds, $2 texts, $3 how many to keep.
WITH added AS (
    INSERT INTO event (kind, text)
    SELECT kind, text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e(kind, text, position) ORDER BY position
    RETURNING id)
DELETE FROM event WHERE id <= (SELECT max(id) FROM added) - $3
