-- Moves the sealed prefix forward and adds the counts of its new batches to the job. $1 job, $2 begin, $3 end, $4
-- duplicates.
UPDATE job j
   SET sealed_below = $3, duplicates = j.duplicates + $4,
       sealed_outcomes = ARRAY(SELECT sum(n.rows)::bigint
                                 FROM (SELECT j.sealed_outcomes AS outcomes
                                       UNION ALL
                                       SELECT b.outcomes FROM batch b
                                        WHERE b.job_id = $1 AND b.begin_index >= $2 AND b.begin_index < $3) part,
                                      unnest(part.outcomes) WITH ORDINALITY AS n(rows, outcome)
                                GROUP BY n.outcome ORDER BY n.outcome)
 WHERE j.id = $1 AND j.sealed_below = $2
