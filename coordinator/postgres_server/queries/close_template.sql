-- Postgres lets every role keep large objects, take advisory locks and run code of its own. This takes those rights
-- away. It runs in template1, which new databases are copied from.
DO $$
DECLARE
    open_to_all regprocedure;
BEGIN
    FOR open_to_all IN
        SELECT oid FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname LIKE 'pg\_advisory%' OR proname LIKE 'pg\_try\_advisory%' OR proname LIKE 'lo\_%'
                OR proname IN ('loread', 'lowrite'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', open_to_all);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motzkin_owner', open_to_all);
    END LOOP;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
    GRANT USAGE ON LANGUAGE plpgsql, sql TO motzkin_owner;
END $$
