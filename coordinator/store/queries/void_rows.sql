-- Takes back what a worker stored in a job. $1 job, $2 UUID of the worker, $3 since when.
SELECT coalesce(v.rows, 0) AS rows, coalesce(v.sealed_rows, 0) AS sealed_rows, coalesce(v.first_sealed, 0) AS first_sealed,
       coalesce(v.last_sealed, 0) AS last_sealed, coalesce(v.hidden_rows, 0) AS hidden_rows
  FROM worker w, LATERAL void_rows($1::integer, w.id, $3::timestamptz) v
 WHERE w.uuid = $2::uuid
