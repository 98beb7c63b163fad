-- breaking: an older coordinator would make the workers' common role a login again.
-- 0005 gives each worker a login of its own. The login says whose rows a session submits: submit_results() and
-- submit_audits() ask session_user and no longer take the worker's UUID, which any worker could make up. The coordinator,
-- which has seen the worker's certificate, stores relayed rows by store_results() and store_audits().

-- The common login of before ends with its row; roles.sql takes its rights.
DELETE FROM role_password WHERE role LIKE 'motzkin\_worker\_%';
ALTER TABLE role_password
    ADD COLUMN worker_uuid uuid,  -- the worker that logs in with it; NULL for the reader
    ADD CONSTRAINT role_password_worker_key UNIQUE (worker_uuid);

-- Returns the role that holds the rights of all workers' logins. It is no login.
CREATE FUNCTION workers_role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT 'motzkin_worker_' || left(uuid::text, 8) FROM cluster
$$;

-- Makes the role that workers_role() names, or sets it back to what it should be.
CREATE FUNCTION open_workers_role() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    role constant text := workers_role();
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('CREATE ROLE %I', role);
    END IF;
    EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', role);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I', role);
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA motzkin FROM %I', role);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
    EXECUTE format('GRANT USAGE ON SCHEMA motzkin TO %I', role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION submit_results, submit_audits TO %I', role);
END $$;

-- Returns the most sessions that all workers together should have: they leave a fifth to readers and the owner.
CREATE FUNCTION worker_sessions_max() RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT greatest(1, (current_setting('max_connections')::integer
                        - current_setting('superuser_reserved_connections')::integer) * 4 / 5)
$$;

-- A worker needs one session. One more may be left from before its network broke, and one from a process that ends.
CREATE OR REPLACE FUNCTION login_sessions_max(p_role text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT greatest(1, least(worker_sessions_max(),
                             CASE WHEN p_role LIKE 'motzkin\_reader\_%' THEN least(10, worker_sessions_max() / 8)
                                  ELSE 3 END))
$$;

-- Makes a login role, or sets it back to what it should be. `p_worker` is the worker that logs in with it; NULL keeps what
-- role_password says.
DROP FUNCTION open_login;
CREATE FUNCTION open_login(p_role text, p_worker uuid DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    login   record;
    setting text;
    elsewhere name;
BEGIN
    INSERT INTO role_password (role, password, worker_uuid)
        VALUES (p_role, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), p_worker)
        ON CONFLICT DO NOTHING;
    SELECT password, verifier, worker_uuid INTO login FROM role_password WHERE role = p_role;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        EXECUTE format('CREATE ROLE %I', p_role);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN %s CONNECTION LIMIT %s PASSWORD %L', p_role,
                   CASE WHEN login.worker_uuid IS NULL THEN 'NOINHERIT' ELSE 'INHERIT' END, login_sessions_max(p_role),
                   coalesce(login.verifier, login.password));
    -- A role may give itself defaults, in every database.
    EXECUTE format('ALTER ROLE %I RESET ALL', p_role);
    FOR elsewhere IN SELECT d.datname FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                      WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = p_role)
    LOOP
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', p_role, elsewhere);
    END LOOP;
    FOREACH setting IN ARRAY login_settings(p_role) LOOP
        EXECUTE format('ALTER ROLE %I SET %I = %L', p_role, split_part(setting, '=', 1), split_part(setting, '=', 2));
    END LOOP;
    BEGIN
        -- A sort that does not fit into memory goes to files. Only some owners may set a bound, see docs/operations.md.
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', p_role, '256MB');
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    EXECUTE format('GRANT %I TO CURRENT_USER', p_role);  -- Lets us end its sessions.
    IF login.worker_uuid IS NOT NULL THEN
        EXECUTE format('GRANT %I TO %I', workers_role(), p_role);
    ELSE
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I', p_role);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), p_role);
        EXECUTE format('GRANT USAGE ON SCHEMA motzkin TO %I', p_role);
        EXECUTE format('GRANT SELECT ON progress, worker_status, throughput, failures, training_data, '
                       'training_data_all, engine_steps, jobs, engines, workers, duplicates, audits, label_flips TO %I',
                       p_role);
        EXECUTE format('GRANT EXECUTE ON FUNCTION split_of, label_of TO %I', p_role);
    END IF;
    UPDATE role_password SET set_time = now() WHERE role = p_role;
    IF has_column_privilege('pg_authid', 'rolpassword', 'SELECT') THEN
        UPDATE role_password SET verifier = (SELECT rolpassword FROM pg_authid WHERE rolname = p_role)
         WHERE role = p_role;
    END IF;
END $$;

-- Returns the login of a worker, which is made at its first call. No row: this database has no logins, as its owner may
-- not make roles, or the worker was removed.
CREATE FUNCTION open_worker_login(p_worker uuid) RETURNS TABLE (role text, password text) LANGUAGE plpgsql AS $$
DECLARE
    login constant text := workers_role() || '_' || replace(p_worker::text, '-', '');
BEGIN
    IF NOT EXISTS (SELECT FROM role_password) OR EXISTS (SELECT FROM worker w WHERE w.uuid = p_worker AND w.control = 'removed')
    THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM role_password p JOIN pg_roles r ON r.rolname = p.role WHERE p.worker_uuid = p_worker) THEN
        PERFORM open_login(login, p_worker);
    END IF;
    RETURN QUERY SELECT p.role, p.password FROM role_password p WHERE p.worker_uuid = p_worker;
END $$;

-- Keeps a worker from logging in. Its sessions go on: end_worker_sessions() ends them once this is committed, as one that
-- began before the commit would stay.
CREATE FUNCTION close_worker_login(p_worker uuid) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    DELETE FROM role_password p WHERE p.worker_uuid = p_worker RETURNING p.role INTO closed;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = closed) THEN
        EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', closed);
        RETURN NEXT closed;
    END IF;
END $$;

-- Ends the sessions of a login that close_worker_login() has closed, and drops its role.
CREATE FUNCTION end_worker_sessions(p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = p_role;
    EXECUTE format('DROP OWNED BY %I', p_role);
    EXECUTE format('DROP ROLE %I', p_role);
EXCEPTION WHEN dependent_objects_still_exist THEN
    -- It has changed its default rights in another database. As it cannot log in, it may stay.
    NULL;
END $$;

-- Returns the worker whose login this session has. Within a function that runs with its owner's rights, current_user is
-- the owner, and session_user is still who logged in.
CREATE FUNCTION session_worker() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
DECLARE
    found constant uuid := (SELECT worker_uuid FROM role_password WHERE role = session_user);
BEGIN
    IF found IS NULL THEN
        RAISE EXCEPTION 'role % is not the login of a worker', session_user USING ERRCODE = '42501';
    END IF;
    RETURN found;
END $$;

DROP FUNCTION submit_results;
-- Stores the results of a batch in one transaction. It is idempotent: the primary key (job, index) decides which row
-- counts, the batch row counts them, and its lock orders all writers.
--
-- Locks are taken in one global order - batches by begin_index, recent_result by outcome,
-- throughput_minute - so two submissions never deadlock. If a batch is split meanwhile, the submission fails with 40001
-- and its worker sends it again.
--
-- Errors: MZ001 not this worker's batch; MZ002 another spec; MZ003 another generator; MZ004 an index
-- outside of the lease; MZ005 a malformed call; 42501 the worker was removed; 22 and 23 a bad row; 57M01 an engine of a
-- version that no worker announced, which an honest worker sends again once the coordinator has stored its announcement.
CREATE FUNCTION store_results(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_batch bigint, p_attempt integer,
    p_results submitted_result[]
) RETURNS integer[]  -- one a result: 1 stored, 2 was stored already, 3 revoked
LANGUAGE plpgsql SET search_path = motzkin, pg_temp AS $$
DECLARE
    integer_max  constant bigint := 2147483647;
    -- By number. Read once: enum_range() looks into a catalog.
    outcome_of   constant outcome[] := enum_range(NULL::outcome);
    class_of     constant answer_class[] := enum_range(NULL::answer_class);
    verdict_of   constant verdict[] := enum_range(NULL::verdict);
    result_count constant integer := coalesce(cardinality(p_results), 0);
    indices bigint[];
    held    record;            -- the lease with its job and worker
    rows    result[];
    strange boolean;           -- some engine has no number
    part    record;            -- a batch that holds some of the rows
    added   record;
    covered integer := 0;
    stored_indices  bigint[] := '{}';
    refused_indices bigint[] := '{}';
    new_integrated  integer := 0;
    new_cas_us      bigint := 0;
    new_verifier_us bigint := 0;
BEGIN
    IF result_count NOT BETWEEN 1 AND 256 THEN
        RAISE EXCEPTION 'a submission holds 1 to 256 results, not %', result_count USING ERRCODE = 'MZ005';
    END IF;
    PERFORM commit_durably();
    indices := ARRAY(SELECT r.index FROM unnest(p_results) r);
    SELECT j.id AS job_id, j.name, j.spec_digest, j.generator_version, w.id AS worker_id, w.control,
           l.begin_index, l.end_index, engines_of(j.spec_json) AS engines
      INTO held
      FROM job j
      JOIN lease l ON l.job_id = j.id AND l.batch = p_batch AND l.attempt = p_attempt
      JOIN worker w ON w.id = l.worker_id AND w.uuid = p_worker
     WHERE j.uuid = p_job;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'batch % of job %: never leased to worker % as attempt %', p_batch, p_job, p_worker, p_attempt
            USING ERRCODE = 'MZ001';
    ELSIF held.spec_digest <> p_spec_digest THEN
        RAISE EXCEPTION 'job %: computed for another spec', held.name USING ERRCODE = 'MZ002';
    ELSIF held.generator_version <> p_generator_version THEN
        RAISE EXCEPTION 'job %: generator version % instead of %', held.name, p_generator_version,
            held.generator_version USING ERRCODE = 'MZ003';
    ELSIF held.control = 'removed' THEN
        RAISE EXCEPTION 'worker % was removed from the cluster', p_worker USING ERRCODE = '42501';
    ELSIF EXISTS (SELECT FROM unnest(indices) i
                   WHERE i IS NULL OR i < held.begin_index OR i >= held.end_index) THEN
        RAISE EXCEPTION 'batch % of job %: an index outside of the lease', p_batch, held.name USING ERRCODE = 'MZ004';
    ELSIF (SELECT count(DISTINCT i) FROM unnest(indices) i) < result_count THEN
        RAISE EXCEPTION 'batch % of job %: an index twice', p_batch, held.name USING ERRCODE = 'MZ005';
    END IF;
    PERFORM check_submitted(p_results, held.engines);

    WITH step AS (
        SELECT r.ordinality AS result,
               array_agg(ARRAY[e.id, s.outcome, least(s.cpu_us, integer_max), least(s.rss_kb, integer_max),
                               least(s.verifier_us, integer_max)]::integer[] ORDER BY s.ordinality) AS numbers,
               array_agg(s.message ORDER BY s.ordinality) AS messages,
               bool_or(s.message <> '') AS any_message,
               bool_or(e.id IS NULL) AS strange
          FROM unnest(p_results) WITH ORDINALITY AS r
         CROSS JOIN unnest(r.steps) WITH ORDINALITY AS s
          LEFT JOIN engine e ON e.name = s.engine AND e.version = s.engine_version
         GROUP BY r.ordinality)
    SELECT array_agg(ROW(
               r.index, r.canonical_hash, r.skeleton_hash, now(), held.job_id, held.worker_id, p_attempt,
               outcome_of[r.outcome], least(r.wall_ms, integer_max), r.speed_factor,
               class_of[r.answer_class], verdict_of[r.verdict],
               e.id, r.points_agreed, r.points_differed, r.precision_bits, r.has_abs,
               r.integrand, nullif(r.integral, ''), step.numbers, CASE WHEN step.any_message THEN step.messages END,
               nullif(r.counterexample, ''), nullif(r.valid_on, '{}'))::result),
           bool_or(step.strange) OR bool_or(e.id IS NULL AND r.engine <> '')
      INTO rows, strange
      FROM unnest(p_results) WITH ORDINALITY AS r
      LEFT JOIN engine e ON e.name = r.engine AND e.version = r.engine_version
      LEFT JOIN step ON step.result = r.ordinality;
    IF strange THEN
        RAISE EXCEPTION 'job %: an engine of a version that no worker has announced', held.name USING ERRCODE = '57M01';
    END IF;

    -- Usually one batch, the leased one. After splits its range has several; a split that commits while we wait for its
    -- lock leaves rows uncovered. To lock the new batch then could be out of order: the batch that was split stays locked
    -- even if it has none of our rows any more.
    FOR part IN
        SELECT b.batch, b.begin_index, b.end_index, b.revoked,
               (SELECT count(*) FROM unnest(indices) i WHERE i >= b.begin_index AND i < b.end_index) AS given
          FROM batch b
         WHERE b.job_id = held.job_id AND b.begin_index >= held.begin_index AND b.begin_index < held.end_index
           AND EXISTS (SELECT FROM unnest(indices) i WHERE i >= b.begin_index AND i < b.end_index)
         ORDER BY b.begin_index
           FOR UPDATE OF b
    LOOP
        covered := covered + part.given;
        IF part.revoked THEN
            refused_indices := refused_indices || ARRAY(SELECT i FROM unnest(indices) i
                                                        WHERE i >= part.begin_index AND i < part.end_index);
            CONTINUE;
        END IF;
        WITH inserted AS (
            INSERT INTO result
                SELECT r.* FROM unnest(rows) r
                 WHERE r.index >= part.begin_index AND r.index < part.end_index
                 ORDER BY r.index
                ON CONFLICT (job_id, index) DO NOTHING
                RETURNING result.index, result.outcome, result.steps)
        SELECT array_agg(i.index) AS indices, array_agg(i.outcome) AS outcomes,
               count(*) AS total, count(*) FILTER (WHERE i.outcome = 'integrated') AS integrated,
               sum(cpu.cas_us) AS cas_us, sum(cpu.verifier_us) AS verifier_us
          INTO added
          FROM inserted i,
               LATERAL (SELECT coalesce(sum(i.steps[n][3]), 0) AS cas_us,
                               coalesce(sum(i.steps[n][5]), 0) AS verifier_us
                          FROM generate_subscripts(i.steps, 1) n) cpu;
        CONTINUE WHEN added.total = 0;
        UPDATE batch b
           SET outcomes = add_counts(b.outcomes, counts_of(added.outcomes)),
               closed = (b.stored + added.total = b.end_index - b.begin_index)
         WHERE b.job_id = held.job_id AND b.batch = part.batch;
        stored_indices := stored_indices || added.indices;
        new_integrated := new_integrated + added.integrated;
        new_cas_us := new_cas_us + added.cas_us;
        new_verifier_us := new_verifier_us + added.verifier_us;
    END LOOP;
    IF covered < result_count THEN
        RAISE EXCEPTION 'batch % of job %: split meanwhile', p_batch, held.name USING ERRCODE = '40001';
    END IF;

    IF cardinality(stored_indices) > 0 THEN
        INSERT INTO recent_result (job_id, outcome, slot, index, worker_id, engine, message, integrand, integral)
            SELECT DISTINCT ON (r.outcome) r.job_id, r.outcome, r.index % 100, r.index, r.worker_id,
                   coalesce(e.name || ' ' || e.version, ''), coalesce(r.messages[array_upper(r.messages, 1)], ''),
                   r.integrand, r.integral
              FROM unnest(rows) r
              LEFT JOIN engine e ON e.id = coalesce(r.engine_id, r.steps[array_upper(r.steps, 1)][1])
             WHERE r.index = ANY (stored_indices)
             ORDER BY r.outcome, r.index DESC
            ON CONFLICT (job_id, outcome, slot) DO UPDATE
                SET index = excluded.index, worker_id = excluded.worker_id, time = excluded.time,
                    engine = excluded.engine, message = excluded.message, integrand = excluded.integrand,
                    integral = excluded.integral;
        INSERT INTO throughput_minute AS t (minute, job_id, worker_id, functions, integrated, cas_us, verifier_us)
            VALUES (date_trunc('minute', now()), held.job_id, held.worker_id, cardinality(stored_indices), new_integrated,
                    new_cas_us, new_verifier_us)
            ON CONFLICT (minute, job_id, worker_id) DO UPDATE
                SET functions = t.functions + excluded.functions, integrated = t.integrated + excluded.integrated,
                    cas_us = t.cas_us + excluded.cas_us, verifier_us = t.verifier_us + excluded.verifier_us;
    END IF;

    RETURN (SELECT array_agg(CASE WHEN g.index = ANY (refused_indices) THEN 3 WHEN s.index IS NOT NULL THEN 1 ELSE 2 END
                             ORDER BY g.position)
              FROM unnest(indices) WITH ORDINALITY AS g(index, position)
              LEFT JOIN unnest(stored_indices) AS s(index) ON s.index = g.index);
END $$;

ALTER FUNCTION submit_audits RENAME TO store_audits;
ALTER FUNCTION store_audits SECURITY INVOKER;

-- Does what store_results() does, for the worker of this session.
CREATE FUNCTION submit_results(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_batch bigint, p_attempt integer,
    p_results submitted_result[]
) RETURNS integer[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
BEGIN
    RETURN store_results(p_job, p_spec_digest, p_generator_version, session_worker(), p_batch, p_attempt, p_results);
END $$;

-- Does what store_audits() does, for the worker of this session.
CREATE FUNCTION submit_audits(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_budget_factor integer,
    p_results submitted_result[]
) RETURNS integer[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
BEGIN
    RETURN store_audits(p_job, p_spec_digest, p_generator_version, session_worker(), p_budget_factor, p_results);
END $$;

-- Ends sessions of workers and readers that cost all others something which no setting bounds. Returns a sentence for
-- each.
CREATE OR REPLACE FUNCTION end_greedy_sessions() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    -- The owner needs these, to connect again or to mend something.
    reserve      constant integer := 4;
    -- Every role may LISTEN and NOTIFY. The queue, of up to 8 GB, is emptied only up to its slowest listener: one in a
    -- transaction, or one that does not read.
    queue_is_long constant boolean := pg_notification_queue_usage() > 0.0005;
    surplus integer;
    -- No setting bounds the sessions of several roles together.
    surplus_workers integer;
    greedy  record;
BEGIN
    PERFORM pg_stat_clear_snapshot();
    SELECT reserve + count(*) + current_setting('superuser_reserved_connections')::integer
           - current_setting('max_connections')::integer
      INTO surplus
      FROM pg_stat_activity WHERE backend_type = 'client backend';
    SELECT count(*) - worker_sessions_max() INTO surplus_workers
      FROM pg_stat_activity a JOIN role_password p ON p.role = a.usename
     WHERE a.backend_type = 'client backend' AND p.worker_uuid IS NOT NULL;
    FOR greedy IN
        SELECT s.pid, s.usename, s.why
          FROM (SELECT a.pid, a.usename, CASE
                           -- Its snapshot keeps dead rows alive in all tables.
                           WHEN a.xact_start < now() - CASE WHEN a.usename LIKE 'motzkin\_reader\_%' THEN interval '1 h'
                                                            ELSE interval '2 min' END THEN 'a transaction had no end'
                           WHEN queue_is_long AND (a.xact_start < clock_timestamp() - interval '2 s'
                                                   OR a.wait_event = 'ClientWrite')
                               THEN 'the queue of notifications could not be emptied'
                           WHEN row_number() OVER (ORDER BY a.backend_start DESC) <= surplus
                                OR p.worker_uuid IS NOT NULL
                                   AND row_number() OVER (PARTITION BY p.worker_uuid IS NULL ORDER BY a.backend_start DESC)
                                       <= surplus_workers
                               THEN 'connections were running out'
                       END AS why
                  FROM pg_stat_activity a JOIN role_password p ON p.role = a.usename
                 WHERE a.backend_type = 'client backend') s
         WHERE s.why IS NOT NULL
    LOOP
        CONTINUE WHEN NOT pg_terminate_backend(greedy.pid);
        RETURN NEXT format('a session of role %s was ended: %s', greedy.usename, greedy.why);
    END LOOP;
END $$;
