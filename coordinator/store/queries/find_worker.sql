-- $1 uuid.
SELECT id, control::text FROM worker WHERE uuid = $1::uuid
