-- Run at every start, after the migrations: the login roles and what they may do. A database user that may
-- not create roles leaves them out: results are relayed then, and there is no reader.
DO $$
DECLARE
    login text;
BEGIN
    FOREACH login IN ARRAY ARRAY['motzkin_worker', 'motzkin_reader'] LOOP
        INSERT INTO role_password VALUES (login, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
            ON CONFLICT DO NOTHING;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I', login);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', login,
                       (SELECT password FROM role_password WHERE role = login));
        EXECUTE format('ALTER ROLE %I SET search_path = motzkin', login);
        -- A forgotten snapshot keeps dead rows alive.
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', login, '1min');
    END LOOP;
    ALTER ROLE motzkin_worker CONNECTION LIMIT 100;
    ALTER ROLE motzkin_worker SET statement_timeout = '1min';
    ALTER ROLE motzkin_reader CONNECTION LIMIT 10;
    ALTER ROLE motzkin_reader SET statement_timeout = '5min';
    ALTER ROLE motzkin_reader SET default_transaction_read_only = on;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO motzkin_worker, motzkin_reader', current_database());
    REVOKE ALL ON SCHEMA motzkin FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA motzkin FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM motzkin_worker, motzkin_reader;
    GRANT USAGE ON SCHEMA motzkin TO motzkin_worker, motzkin_reader;
    GRANT EXECUTE ON FUNCTION submit_results TO motzkin_worker;
    GRANT SELECT ON progress, worker_status, throughput, failures, training_data, training_data_all, engine_steps
        TO motzkin_reader;
    GRANT EXECUTE ON FUNCTION split_of, label_of TO motzkin_reader;
EXCEPTION WHEN insufficient_privilege THEN
    DELETE FROM role_password;
END $$;
