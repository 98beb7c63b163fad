-- Makes a running job. $7, kind, and $8, answers, are the numbers of the proto's enums. They begin with 1, as
-- positions in an array do, and the SQL enums have the same order.
INSERT INTO job (request_id, name, spec, spec_json, spec_digest, generator_version, kind, answers, target,
                 target_integrated)
VALUES ($1::uuid, $2, $3::bytea, $4::jsonb, $5::bytea, $6, (enum_range(NULL::kind))[$7::integer],
        (enum_range(NULL::answers))[$8::integer], $9, $10)
RETURNING id
