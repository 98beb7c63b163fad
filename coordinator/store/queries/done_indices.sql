-- Offsets of the indices that have their result. $1 job, $2 begin, $3 end.
SELECT coalesce(array_agg(index - $2), '{}') FROM result WHERE job_id = $1 AND index >= $2 AND index < $3
