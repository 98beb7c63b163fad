-- $1 job, $2 digest of its spec, $3 generator's version, $4 results, $5 batch, $6 attempt, $7 worker.
SELECT motzkin.store_results(p_job => $1::uuid, p_spec_digest => $2::bytea, p_generator_version => $3::integer,
                             p_worker => $7::uuid, p_batch => $5::bigint, p_attempt => $6::integer,
                             p_results => $4::motzkin.submitted_result[]) AS statuses
