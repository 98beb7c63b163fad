-- Jobs with their counters, by id. $1 id or NULL, $2 name or uuid or NULL.
SELECT j.id, j.uuid, j.spec, j.spec_digest, array_position(enum_range(NULL::job_state), j.state) AS state, j.reason,
       (extract(epoch FROM j.create_time) * 1000000)::bigint AS created_us, j.target, j.allocated_below, j.sealed_below,
       ARRAY[0, j.integrated + open.integrated, j.partly + open.partly, j.unsolved + open.unsolved,
             j.nonelementary + open.nonelementary, j.timed_out + open.timed_out,
             j.memory_exceeded + open.memory_exceeded, j.crashed + open.crashed, j.refuted + open.refuted,
             j.unverified + open.unverified] AS outcomes,
       ARRAY[0, j.integrated, j.partly, j.unsolved, j.nonelementary, j.timed_out, j.memory_exceeded, j.crashed,
             j.refuted, j.unverified] AS sealed_outcomes,
       j.duplicates, (extract(epoch FROM a.archive_time) * 1000000)::bigint AS archived_us,
       a.sha256 AS archive_sha256
  FROM job j
  LEFT JOIN archive a ON a.job_id = j.id,
       LATERAL (SELECT coalesce(sum(integrated), 0) AS integrated, coalesce(sum(partly), 0) AS partly,
                       coalesce(sum(unsolved), 0) AS unsolved, coalesce(sum(nonelementary), 0) AS nonelementary,
                       coalesce(sum(timed_out), 0) AS timed_out, coalesce(sum(memory_exceeded), 0) AS memory_exceeded,
                       coalesce(sum(crashed), 0) AS crashed, coalesce(sum(refuted), 0) AS refuted,
                       coalesce(sum(unverified), 0) AS unverified
                  FROM batch b WHERE b.job_id = j.id AND b.begin_index >= j.sealed_below) open
 WHERE ($1::integer IS NULL OR j.id = $1) AND ($2::text IS NULL OR j.name = $2 OR j.uuid::text = $2)
 ORDER BY j.id
