-- Makes the role that owns the database. It is no superuser, because SECURITY DEFINER functions run with its rights.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motzkin_owner') THEN
        CREATE ROLE motzkin_owner LOGIN CREATEROLE;
    END IF;
END $$
