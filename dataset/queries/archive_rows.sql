-- Stored rows with every column, as JSON, from index $2 on. $1 job, $3 how many.
SELECT index, row_to_json(r)::text AS line FROM training_data_all r
 WHERE job = $1 AND index >= $2
 ORDER BY index
 LIMIT $3
