-- $1 kinds, $2 texts. The ids, ascending.
INSERT INTO event (kind, text)
SELECT kind, text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS e(kind, text, position) ORDER BY position
RETURNING id
