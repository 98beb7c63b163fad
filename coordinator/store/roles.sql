-- Makes the login roles and grants what they may do. It runs at every start, after the migrations, so that views and
-- functions that a migration made anew get their rights. Roles belong to the whole server, so their names carry the
-- cluster: two databases on one server never touch each other's. If the database user may not create roles, there are
-- none: results are relayed then, and there is no reader.
DO $$
DECLARE
    suffix constant text := (SELECT left(uuid::text, 8) FROM cluster);
    worker constant text := 'motzkin_worker_' || suffix;
    reader constant text := 'motzkin_reader_' || suffix;
    login text;
BEGIN
    FOREACH login IN ARRAY ARRAY[worker, reader] LOOP
        INSERT INTO role_password VALUES (login, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
            ON CONFLICT DO NOTHING;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I', login);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', login,
                       (SELECT password FROM role_password WHERE role = login));
        EXECUTE format('ALTER ROLE %I SET search_path = motzkin', login);
        -- A transaction that someone forgot keeps dead rows alive.
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', login, '1min');
        -- Without these, the sessions of machines that went away would pile up.
        EXECUTE format('ALTER ROLE %I SET tcp_keepalives_idle = 10', login);
        EXECUTE format('ALTER ROLE %I SET tcp_keepalives_interval = 5', login);
        EXECUTE format('ALTER ROLE %I SET tcp_keepalives_count = 3', login);
    END LOOP;
    EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 100', worker);
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', worker, '1min');
    EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 10', reader);
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', reader, '5min');
    EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', reader);

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), worker, reader);
    REVOKE ALL ON SCHEMA motzkin FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA motzkin FROM PUBLIC;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I, %I', worker, reader);
    EXECUTE format('GRANT USAGE ON SCHEMA motzkin TO %I, %I', worker, reader);
    EXECUTE format('GRANT EXECUTE ON FUNCTION submit_results, submit_audits TO %I', worker);
    EXECUTE format('GRANT SELECT ON progress, worker_status, throughput, failures, training_data, '
                   'training_data_all, engine_steps, jobs, engines, workers, duplicates, audits, label_flips TO %I',
                   reader);
    EXECUTE format('GRANT EXECUTE ON FUNCTION split_of, label_of TO %I', reader);
EXCEPTION WHEN insufficient_privilege THEN
    -- All of the above is undone. Passwords of an earlier start or of a restored backup go too, as their roles may not
    -- exist on this server.
    DELETE FROM role_password;
END $$;
