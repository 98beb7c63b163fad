-- A job as it was started. $1 name or UUID.
SELECT job, uuid, state, kind, answers, generator_version, spec_digest, spec, sealed,
       (archived AT TIME ZONE 'UTC')::date::text AS archived
  FROM jobs
 WHERE job = $1 OR uuid::text = $1
