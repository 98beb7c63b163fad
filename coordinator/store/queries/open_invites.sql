-- Lists the invites that may still be used, by when they end. An id is 12 digits of the secret's SHA-256.
SELECT left(encode(secret_sha256, 'hex'), 12) AS id, coalesce(identity, '') AS identity, uses_left,
       (extract(epoch FROM expire_time) * 1000000)::bigint AS expire_us
  FROM invite
 WHERE uses_left > 0 AND expire_time > now()
 ORDER BY expire_time, id
