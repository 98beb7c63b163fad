-- How often each function that first occurs in [$2, $3) occurs again below $4. $1 job.
-- Repeats from $4 on are left out, so that the same range gives the same counts when the job has
-- grown.
SELECT first_index, count(*) AS repeats FROM duplicates
 WHERE job = $1 AND first_index >= $2 AND first_index < $3 AND index < $4
 GROUP BY first_index
