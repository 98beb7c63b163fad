-- Looks up the numbers of workers and their orders. $1 uuids.
SELECT uuid, id, control::text AS control FROM worker WHERE uuid = ANY ($1::uuid[])
