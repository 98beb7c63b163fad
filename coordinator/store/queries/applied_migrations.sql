SELECT name, sha256, breaking FROM motzkin.schema_migration ORDER BY name
