-- Lists the keys by which an identity counts today, besides this one. $1 identity, $2 SHA-256 of the key.
SELECT key_sha256 FROM member WHERE identity = $1 AND key_sha256 <> $2::bytea AND revoke_time IS NULL
