-- Selects the first of the workers that may hold no lease: one that is unknown, which has no control, or removed.
-- $1 UUIDs.
SELECT given.uuid, w.control::text AS control
  FROM unnest($1::uuid[]) WITH ORDINALITY AS given (uuid, position)
  LEFT JOIN worker w ON w.uuid = given.uuid
 WHERE w.control IS NULL OR w.control = 'removed'
 ORDER BY given.position LIMIT 1
