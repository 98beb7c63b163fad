-- $1 job, $2 rows, all of them sealed.
UPDATE job SET allocated_below = $2::bigint, sealed_below = $2::bigint, integrated = $2 - $2 / 3, unsolved = $2 / 3, duplicates = $2 / 100
 WHERE id = $1
