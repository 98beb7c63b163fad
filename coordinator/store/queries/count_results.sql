-- Counts the results of a range. $1 job, $2 begin, $3 end.
SELECT count(*) AS rows FROM result WHERE job_id = $1 AND index >= $2 AND index < $3
