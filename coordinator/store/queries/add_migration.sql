-- Records that a migration was applied. $1 name, $2 SHA-256 of its text, $3 whether it is breaking.
INSERT INTO motzkin.schema_migration (name, sha256, breaking) VALUES ($1, $2::bytea, $3)
