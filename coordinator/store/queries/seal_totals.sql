-- Moves the prefix and its counts from the batches to the job. $1 job, $2 begin, $3 end, $4 duplicates.
UPDATE job j
   SET sealed_below = $3, duplicates = j.duplicates + $4,
       integrated = j.integrated + b.integrated, partly = j.partly + b.partly, unsolved = j.unsolved + b.unsolved,
       nonelementary = j.nonelementary + b.nonelementary, timed_out = j.timed_out + b.timed_out,
       memory_exceeded = j.memory_exceeded + b.memory_exceeded, crashed = j.crashed + b.crashed,
       refuted = j.refuted + b.refuted, unverified = j.unverified + b.unverified
  FROM (SELECT sum(integrated) AS integrated, sum(partly) AS partly, sum(unsolved) AS unsolved,
               sum(nonelementary) AS nonelementary, sum(timed_out) AS timed_out,
               sum(memory_exceeded) AS memory_exceeded, sum(crashed) AS crashed, sum(refuted) AS refuted,
               sum(unverified) AS unverified
          FROM batch WHERE job_id = $1 AND begin_index >= $2 AND begin_index < $3) b
 WHERE j.id = $1 AND j.sealed_below = $2
