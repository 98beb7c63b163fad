-- Makes a restored database the next incarnation of its cluster. $1 when the backup was taken, in seconds since 1970.
SELECT motzkin.mark_restored(to_timestamp($1::bigint)) AS incarnation
