-- Deletes an invite that may still be used. $1 its id. Members whom it has brought in stay.
DELETE FROM invite
 WHERE left(encode(secret_sha256, 'hex'), 12) = $1 AND uses_left > 0 AND expire_time > now()
RETURNING left(encode(secret_sha256, 'hex'), 12) AS id, coalesce(identity, '') AS identity, uses_left,
          (extract(epoch FROM expire_time) * 1000000)::bigint AS expire_us
