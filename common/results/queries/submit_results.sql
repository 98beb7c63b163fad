SELECT motzkin.submit_results(
           $1::uuid, $2::bytea, $3, $4, $5, $6::uuid, $7::bigint[], $8::integer[], $9::text[], $10::text[],
           $11::bigint[], $12::bigint[], $13::integer[], $14::integer[], $15::boolean[], $16::integer[],
           $17::integer[], $18::integer[], $19::integer[], $20::text[], $21::text[], $22::double precision[],
           $23::bigint[], $24::text[], $25::text[], $26::integer[], $27::integer[], $28::integer[], $29::bigint[],
           $30::bigint[], $31::bigint[], $32::text[]) AS statuses
