DO $$
BEGIN
    -- IF NOT EXISTS looks before it creates, and another coordinator may create in between: see below.
    CREATE SCHEMA IF NOT EXISTS motzkin;
    CREATE TABLE IF NOT EXISTS motzkin.schema_migration (
        name       text        NOT NULL,
        sha256     bytea       NOT NULL,
        breaking   boolean     NOT NULL,
        apply_time timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
    );
EXCEPTION WHEN unique_violation OR duplicate_schema OR duplicate_table THEN
    NULL;  -- Another coordinator made both at the same moment.
END $$;
