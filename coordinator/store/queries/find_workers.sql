-- $1 uuids.
SELECT uuid, id, control::text FROM worker WHERE uuid = ANY ($1::uuid[])
