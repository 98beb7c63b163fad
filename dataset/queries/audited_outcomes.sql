-- How the audits of negative labels ended. $1 job, $2 begin, $3 end of the indices.
SELECT first_outcome, outcome, answer_class, count(*) AS functions
  FROM audits
 WHERE job = $1 AND index >= $2 AND index < $3
   AND outcome IS NOT NULL AND first_outcome IN ('unsolved', 'timed_out', 'nonelementary')
 GROUP BY first_outcome, outcome, answer_class
