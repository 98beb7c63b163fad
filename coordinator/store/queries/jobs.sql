-- Lists jobs with their counters, by id. $1 id or NULL, $2 name or uuid or NULL.
SELECT j.id, j.uuid, j.spec, j.spec_digest, array_position(enum_range(NULL::job_state), j.state) AS state, j.reason,
       (extract(epoch FROM j.create_time) * 1000000)::bigint AS created_us, j.target, j.allocated_below, j.sealed_below,
       o.outcomes, j.sealed_outcomes, j.duplicates,
       (extract(epoch FROM a.archive_time) * 1000000)::bigint AS archived_us, a.sha256 AS archive_sha256
  FROM job j
  JOIN job_outcomes o ON o.job_id = j.id
  LEFT JOIN archive a ON a.job_id = j.id
 WHERE ($1::integer IS NULL OR j.id = $1) AND ($2::text IS NULL OR j.name = $2 OR j.uuid::text = $2)
 ORDER BY j.id
