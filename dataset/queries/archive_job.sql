-- The facts about a job for its archive. $1 job.
SELECT json_build_object(
           'job', j.job, 'uuid', j.uuid, 'state', j.state, 'kind', j.kind, 'answers', j.answers,
           'generator_version', j.generator_version, 'spec_digest', encode(j.spec_digest, 'hex'), 'sealed', j.sealed,
           'started', j.started, 'spec', j.spec_json,
           'engines', (SELECT json_agg(e ORDER BY e.engine_id) FROM engines e),
           'workers', (SELECT json_agg(w ORDER BY w.worker_id) FROM workers w))::text AS json,
       p.functions
  FROM jobs j JOIN progress p USING (job)
 WHERE j.job = $1
