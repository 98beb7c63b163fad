SELECT engine_id, engine, engine_version FROM engines ORDER BY engine_id
