SELECT motzkin.submit_audits($1::uuid, $2::bytea, $3, $4::uuid, $5, $6::bigint[], $7::integer[], $8::integer[],
                             $9::text[], $10::double precision[], $11::bigint[]) AS statuses
