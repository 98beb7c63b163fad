-- Adds an invite and forgets those that no longer count. $1 SHA-256 of its secret, $2 identity; empty for workers,
-- $3 uses, $4 seconds for which it counts, $5 how many may count at a time: no row if so many do.
WITH forgotten AS (DELETE FROM invite WHERE uses_left = 0 OR expire_time < now() - interval '1 day')
INSERT INTO invite (secret_sha256, identity, uses_left, expire_time)
SELECT $1::bytea, nullif($2, ''), $3::integer, now() + $4::double precision * interval '1 s'
 WHERE (SELECT count(*) FROM invite WHERE uses_left > 0 AND expire_time > now()) < $5::bigint
RETURNING (extract(epoch FROM expire_time) * 1000000)::bigint AS expire_us
