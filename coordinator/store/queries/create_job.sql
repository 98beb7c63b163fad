-- Makes a running job, and a number for the answers of its generator, which count as made by `construction`. $7, kind,
-- and $8, answers, are the numbers of the proto's enums. They begin with 1, as positions in an array do, and the SQL
-- enums have the same order.
WITH construction AS (
    INSERT INTO engine (name, version) SELECT 'construction', $6::text
     WHERE NOT EXISTS (SELECT FROM engine WHERE name = 'construction' AND version = $6::text)
    ON CONFLICT DO NOTHING)
INSERT INTO job (request_id, name, spec, spec_json, spec_digest, generator_version, kind, answers, target,
                 target_integrated)
VALUES ($1::uuid, $2, $3::bytea, $4::jsonb, $5::bytea, $6::text::integer, (enum_range(NULL::kind))[$7::integer],
        (enum_range(NULL::answers))[$8::integer], $9, $10)
RETURNING id
