INSERT INTO job (request_id, name, spec, spec_json, spec_digest, generator_version, kind, answers, target,
                 target_integrated)
VALUES ($1::uuid, $2, $3::bytea, $4::jsonb, $5::bytea, $6, (enum_range(NULL::kind))[$7::integer],
        (enum_range(NULL::answers))[$8::integer], $9, $10)
RETURNING id
