-- Counts the workers that came by an invite and whose certificates may still count, $1 at most.
SELECT count(*) AS workers
  FROM (SELECT FROM member
         WHERE invite_sha256 IS NOT NULL AND revoke_time IS NULL AND identity LIKE 'worker %' LIMIT $1::bigint) invited
