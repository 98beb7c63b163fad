-- $1 job, $2 digest of its spec, $3 generator's version, $4 worker, $5 results, $6 batch, $7 attempt.
SELECT motzkin.submit_results(p_job => $1::uuid, p_spec_digest => $2::bytea, p_generator_version => $3::integer,
                              p_worker => $4::uuid, p_batch => $6::bigint, p_attempt => $7::integer,
                              p_results => $5::motzkin.submitted_result[]) AS statuses
