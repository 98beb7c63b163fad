-- Finds the member that this invite has brought in with this key: its answer may have been lost.
-- $1 SHA-256 of the key, $2 of the secret.
SELECT identity FROM member
 WHERE key_sha256 = $1::bytea AND invite_sha256 = $2::bytea AND revoke_time IS NULL
