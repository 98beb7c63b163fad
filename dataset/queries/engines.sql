-- The engines behind the numbers in steps.
SELECT engine_id, engine, engine_version FROM engines ORDER BY engine_id
