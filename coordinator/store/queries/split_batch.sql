-- The tail from $3 on becomes a batch and takes the counts of its rows along. $1 job, $2 batch. The caller holds
-- the batch's lock.
WITH tail AS (
    SELECT count(*) FILTER (WHERE outcome = 'integrated') AS integrated,
           count(*) FILTER (WHERE outcome = 'partly') AS partly,
           count(*) FILTER (WHERE outcome = 'unsolved') AS unsolved,
           count(*) FILTER (WHERE outcome = 'nonelementary') AS nonelementary,
           count(*) FILTER (WHERE outcome = 'timed_out') AS timed_out,
           count(*) FILTER (WHERE outcome = 'memory_exceeded') AS memory_exceeded,
           count(*) FILTER (WHERE outcome = 'crashed') AS crashed,
           count(*) FILTER (WHERE outcome = 'refuted') AS refuted,
           count(*) FILTER (WHERE outcome = 'unverified') AS unverified,
           count(*) AS stored
      FROM result
     WHERE job_id = $1 AND index >= $3
       AND index < (SELECT end_index FROM batch WHERE job_id = $1 AND batch = $2)),
head AS (
    UPDATE batch b
       SET end_index = $3,
           integrated = b.integrated - tail.integrated, partly = b.partly - tail.partly,
           unsolved = b.unsolved - tail.unsolved, nonelementary = b.nonelementary - tail.nonelementary,
           timed_out = b.timed_out - tail.timed_out, memory_exceeded = b.memory_exceeded - tail.memory_exceeded,
           crashed = b.crashed - tail.crashed, refuted = b.refuted - tail.refuted,
           unverified = b.unverified - tail.unverified,
           closed = (b.stored - tail.stored = $3 - b.begin_index)
      FROM tail
     WHERE b.job_id = $1 AND b.batch = $2),
whole AS (SELECT end_index, deaths, revoked FROM batch WHERE job_id = $1 AND batch = $2)
INSERT INTO batch (job_id, batch, begin_index, end_index, integrated, partly, unsolved, nonelementary, timed_out,
                   memory_exceeded, crashed, refuted, unverified, closed, deaths, revoked)
SELECT $1::integer, (SELECT max(batch) + 1 FROM batch WHERE job_id = $1), $3, whole.end_index, tail.integrated,
       tail.partly, tail.unsolved, tail.nonelementary, tail.timed_out, tail.memory_exceeded, tail.crashed,
       tail.refuted, tail.unverified, tail.stored = whole.end_index - $3, whole.deaths, whole.revoked
  FROM whole, tail
RETURNING job_id, batch, begin_index, end_index, stored, deaths, revoked
