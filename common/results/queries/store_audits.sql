-- $1 job, $2 digest of its spec, $3 generator's version, $4 results, $5 by what the budgets were multiplied, $6 worker.
SELECT motzkin.store_audits(p_job => $1::uuid, p_spec_digest => $2::bytea, p_generator_version => $3::integer,
                            p_worker => $6::uuid, p_budget_factor => $5::integer,
                            p_results => $4::motzkin.submitted_result[]) AS statuses
