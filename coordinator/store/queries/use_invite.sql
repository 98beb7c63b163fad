-- Takes one use of an invite, unless it is used up or too old. $1 SHA-256 of its secret.
UPDATE invite SET uses_left = uses_left - 1
 WHERE secret_sha256 = $1::bytea AND uses_left > 0 AND expire_time > now()
RETURNING coalesce(identity, '') AS identity
