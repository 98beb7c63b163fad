-- Grants batches to workers, each with the next attempt of its batch. The caller holds the batches' locks, or two
-- grants could get one attempt. $1 jobs, $2 batches, $3 workers' UUIDs, $4 instances.
WITH counted AS (
    UPDATE batch b SET attempts = b.attempts + 1
      FROM unnest($1::integer[], $2::bigint[], $3::uuid[], $4::bigint[]) AS g(job_id, batch, worker_uuid, instance)
      JOIN worker w ON w.uuid = g.worker_uuid
     WHERE b.job_id = g.job_id AND b.batch = g.batch
    RETURNING b.job_id, b.batch, b.attempts, w.id AS worker_id, g.instance, b.begin_index, b.end_index)
INSERT INTO lease (job_id, batch, attempt, worker_id, instance, begin_index, end_index)
SELECT job_id, batch, attempts, worker_id, instance, begin_index, end_index FROM counted
RETURNING job_id, batch, attempt
