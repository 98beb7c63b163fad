-- Postgres lets every role keep large objects, take advisory locks, write to the log, send notifications, end its other
-- sessions and run code of its own. This takes those rights away, in the database that it runs in, and gives them to the
-- owner of Motzkin's. It takes a superuser. The private server runs it in template1, which new databases are copied from;
-- in a database of yours, run it by hand (docs/operations.md) or let a superuser start the coordinator.
DO $$
DECLARE
    owner constant text := coalesce(to_regrole('motzkin_owner')::text,
        (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()));
    open_to_all regprocedure;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    FOR open_to_all IN
        SELECT oid FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname LIKE 'pg\_advisory%' OR proname LIKE 'pg\_try\_advisory%' OR proname LIKE 'lo\_%'
                OR proname IN ('loread', 'lowrite', 'pg_logical_emit_message', 'pg_notify', 'pg_cancel_backend',
                               'pg_terminate_backend'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', open_to_all);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', open_to_all, owner);
    END LOOP;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
    EXECUTE format('GRANT USAGE ON LANGUAGE plpgsql, sql TO %s', owner);
    -- Lets the coordinator see when a role has changed its own password.
    EXECUTE format('GRANT SELECT (oid, rolname, rolpassword) ON pg_authid TO %s', owner);
END $$;
