-- $1 job, $2 rows, all of them sealed.
UPDATE job
   SET allocated_below = $2::bigint, sealed_below = $2::bigint, duplicates = $2 / 100,
       sealed_outcomes = ARRAY[$2 - $2 / 3, 0, $2 / 3, 0, 0, 0, 0, 0, 0]
 WHERE id = $1
