-- $1 kind, $2 text.
INSERT INTO event (kind, text) VALUES ($1, $2) RETURNING id
