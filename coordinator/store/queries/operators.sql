-- Lists the people whose certificates count, each with the key that counts for longest.
SELECT DISTINCT ON (identity) identity, (extract(epoch FROM join_time) * 1000000)::bigint AS join_us,
       (extract(epoch FROM expire_time) * 1000000)::bigint AS expire_us
  FROM member
 WHERE identity NOT LIKE 'worker %' AND revoke_time IS NULL AND expire_time > now()
 ORDER BY identity, expire_time DESC
