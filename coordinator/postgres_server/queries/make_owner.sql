-- Makes the role that owns the database. It is no superuser, because SECURITY DEFINER functions run with its rights.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motzkin_owner') THEN
        CREATE ROLE motzkin_owner LOGIN CREATEROLE;
    END IF;
    -- The server bounds the temporary files of a session for the sake of readers. The owner makes indexes.
    ALTER ROLE motzkin_owner SET temp_file_limit = -1;
END $$
