-- Notes a key for which a certificate is issued. $1 SHA-256 of the key, $2 identity, $3 SHA-256 of the invite's secret or
-- NULL, $4 when the certificate ends. No row if the key was ever another identity's: a key that counts
-- makes all its certificates count, also those of the other.
INSERT INTO member (key_sha256, identity, invite_sha256, expire_time)
VALUES ($1::bytea, $2, $3::bytea, $4::timestamptz)
ON CONFLICT (key_sha256) DO UPDATE
   SET identity = excluded.identity, invite_sha256 = excluded.invite_sha256, join_time = now(),
       expire_time = excluded.expire_time, revoke_time = NULL
 WHERE member.identity = excluded.identity
RETURNING key_sha256
