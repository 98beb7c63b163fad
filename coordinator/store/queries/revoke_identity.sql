-- Refuses all certificates of an identity from now on. $1 identity.
UPDATE member SET revoke_time = now() WHERE identity = $1 AND revoke_time IS NULL RETURNING key_sha256
