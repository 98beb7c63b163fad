-- Audits with every column, as JSON, from index $2 on. $1 job, $3 how many.
SELECT index, row_to_json(a)::text AS line FROM audits a
 WHERE job = $1 AND index >= $2
 ORDER BY index
 LIMIT $3
