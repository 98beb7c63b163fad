-- Made from the migrations by migrator_test (MOTZKIN_REGENERATE=1); to read, not to run.

CREATE SCHEMA motzkin;

CREATE TYPE motzkin.answer_class AS ENUM (
    'elementary',
    'special',
    'complex'
);

CREATE TYPE motzkin.answers AS ENUM (
    'elementary',
    'special'
);

CREATE TYPE motzkin.job_state AS ENUM (
    'running',
    'paused',
    'completed',
    'cancelled',
    'failed'
);

CREATE TYPE motzkin.kind AS ENUM (
    'forward',
    'backward',
    'by_parts'
);

CREATE TYPE motzkin.lease_end AS ENUM (
    'done',
    'lost',
    'returned',
    'died',
    'revoked'
);

CREATE TYPE motzkin.outcome AS ENUM (
    'integrated',
    'partly',
    'unsolved',
    'nonelementary',
    'timed_out',
    'memory_exceeded',
    'crashed',
    'refuted',
    'unverified'
);

CREATE DOMAIN motzkin.outcome_counts AS bigint[] DEFAULT '{0,0,0,0,0,0,0,0,0}'::bigint[]
	CONSTRAINT one_number_an_outcome CHECK ((cardinality(VALUE) = 9));

CREATE TYPE motzkin.submitted_step AS (
	engine text,
	engine_version text,
	outcome integer,
	cpu_us bigint,
	rss_kb bigint,
	verifier_us bigint,
	message text
);

CREATE TYPE motzkin.submitted_result AS (
	index bigint,
	outcome integer,
	integrand text,
	integral text,
	canonical_hash bigint,
	skeleton_hash bigint,
	engine text,
	engine_version text,
	answer_class integer,
	has_abs boolean,
	verdict integer,
	points_agreed integer,
	points_differed integer,
	precision_bits integer,
	counterexample text,
	valid_on double precision[],
	speed_factor double precision,
	wall_ms bigint,
	steps motzkin.submitted_step[]
);

CREATE TYPE motzkin.verdict AS ENUM (
    'verified',
    'complex_only',
    'partly',
    'refuted',
    'unverified'
);

CREATE TYPE motzkin.worker_control AS ENUM (
    'run',
    'suspend',
    'drain',
    'removed'
);

CREATE FUNCTION motzkin.add_counts(p_counts bigint[], p_more bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    FOR n IN 1 .. cardinality(p_counts) LOOP
        p_counts[n] := p_counts[n] + p_more[n];
    END LOOP;
    RETURN p_counts;
END $$;

CREATE FUNCTION motzkin.answer_audits(p_job_id integer, p_worker_id integer, p_budget_factor integer, p_results motzkin.submitted_result[]) RETURNS integer[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    indices constant bigint[] := ARRAY(SELECT r.index FROM unnest(p_results) r);
    known   bigint[];
    changed bigint[];
BEGIN
    -- In index order, as every writer of several rows must.
    SELECT array_agg(a.index) INTO known
      FROM (SELECT index FROM audit
             WHERE job_id = p_job_id AND index = ANY (indices) AND (outcome IS NOT NULL OR auditor_id = p_worker_id)
             ORDER BY index FOR UPDATE) a;
    WITH given AS (
        SELECT g.*, (enum_range(NULL::outcome))[g.outcome] AS found, (enum_range(NULL::answer_class))[g.answer_class] AS class
          FROM unnest(p_results) g),
    updated AS (
        UPDATE audit a
           SET outcome = g.found, answer_class = g.class,
               -- That of an integral that was verified again is in its row.
               integral = CASE WHEN r.outcome <> 'integrated' THEN nullif(g.integral, '') END,
               budget_factor = p_budget_factor, speed_factor = g.speed_factor,
               cpu_us = (SELECT coalesce(sum(s.cpu_us), 0) FROM unnest(g.steps) s),
               worker_id = p_worker_id, audit_time = now(),
               agrees = CASE
                   WHEN g.integrand <> r.integrand OR g.canonical_hash <> r.canonical_hash
                        OR g.skeleton_hash <> r.skeleton_hash THEN false
                   WHEN r.outcome <> 'integrated' THEN true
                   WHEN g.found = 'integrated' THEN g.class IS NOT DISTINCT FROM r.answer_class AND g.has_abs = r.has_abs
                   -- The verifier once said otherwise, with less time. Another end is the auditor's trouble.
                   WHEN g.found IN ('refuted', 'partly', 'unverified') THEN false
               END
          FROM given g JOIN result r ON r.job_id = p_job_id AND r.index = g.index
         WHERE a.job_id = p_job_id AND a.index = g.index AND a.outcome IS NULL AND a.auditor_id = p_worker_id
        RETURNING a.index, a.agrees, r.worker_id AS author_id, r.create_time),
    quarantined AS (
        INSERT INTO quarantine AS q (worker_id, begin_time, job_id, index, auditor_id)
        SELECT DISTINCT ON (u.author_id) u.author_id, date_trunc('day', u.create_time, 'UTC'), p_job_id, u.index, p_worker_id
          FROM updated u WHERE NOT u.agrees
         ORDER BY u.author_id, u.create_time
        ON CONFLICT (worker_id) DO UPDATE SET begin_time = least(q.begin_time, excluded.begin_time))
    SELECT array_agg(index) INTO changed FROM updated;
    RETURN (SELECT array_agg(CASE WHEN i = ANY (changed) THEN 1 WHEN i = ANY (known) THEN 2 ELSE 3 END
                             ORDER BY position)
              FROM unnest(indices) WITH ORDINALITY AS given(i, position));
END $$;

CREATE FUNCTION motzkin.attempts_before() RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
    SELECT ((incarnation - 1) * 1000000)::integer FROM cluster
$$;

CREATE FUNCTION motzkin.check_submitted(p_results motzkin.submitted_result[], p_engines text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
DECLARE
    text_max     constant integer := 65536;   -- bytes of a function or an integral
    message_max  constant integer := 500;     -- bytes
    bounds_max   constant integer := 20000;   -- two an interval
    one_day_us   constant bigint := 86400000000;
    printable    constant text := '^[ -~]*$';
    control      constant text := '[\u0001-\u001f\u007f-\u009f]';
    bad          record;
BEGIN
    SELECT r.index, found.field INTO bad
      FROM unnest(p_results) r
     CROSS JOIN LATERAL (SELECT CASE
               WHEN octet_length(r.integrand) NOT BETWEEN 1 AND text_max OR r.integrand !~ printable THEN 'integrand'
               WHEN octet_length(r.integral) > text_max OR r.integral !~ printable THEN 'integral'
               WHEN octet_length(r.counterexample) > message_max OR r.counterexample ~ control THEN 'counterexample'
               WHEN r.outcome NOT BETWEEN 1 AND 9 THEN 'outcome'
               WHEN r.answer_class NOT BETWEEN 0 AND 3 THEN 'answer_class'
               WHEN r.verdict NOT BETWEEN 0 AND 5 THEN 'verdict'
               WHEN r.engine <> '' AND r.engine <> ALL (p_engines) THEN 'engine'
               WHEN r.points_agreed NOT BETWEEN 0 AND 32767 THEN 'points_agreed'
               WHEN r.points_differed NOT BETWEEN 0 AND 32767 THEN 'points_differed'
               WHEN r.precision_bits NOT BETWEEN 0 AND 32767 THEN 'precision_bits'
               WHEN r.speed_factor NOT BETWEEN 0 AND 8 THEN 'speed_factor'
               WHEN r.wall_ms < 0 THEN 'wall_ms'
               WHEN cardinality(r.valid_on) > bounds_max OR cardinality(r.valid_on) % 2 = 1
                    OR EXISTS (SELECT FROM unnest(r.valid_on) bound
                                WHERE bound IS NULL OR bound IN ('NaN', 'Infinity', '-Infinity')) THEN 'valid_on'
               WHEN cardinality(r.steps) > 32
                    OR EXISTS (SELECT FROM unnest(r.steps) s
                                WHERE s.engine <> ALL (p_engines) IS NOT FALSE AND s.engine <> ''
                                   OR octet_length(s.message) > message_max OR s.message ~ control
                                   OR (s.outcome BETWEEN 0 AND 9 AND s.cpu_us BETWEEN 0 AND one_day_us
                                       AND s.verifier_us BETWEEN 0 AND one_day_us
                                       AND s.rss_kb >= 0) IS NOT TRUE) THEN 'steps'
           END AS field) found
     WHERE found.field IS NOT NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'function %: % is not what a worker of this job may send', bad.index, bad.field
            USING ERRCODE = '22023';
    END IF;
END $_$;

CREATE FUNCTION motzkin.close_worker_login(p_worker uuid) RETURNS SETOF text
    LANGUAGE plpgsql
    AS $$
DECLARE
    closed text;
BEGIN
    DELETE FROM role_password p WHERE p.worker_uuid = p_worker RETURNING p.role INTO closed;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = closed) THEN
        EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', closed);
        RETURN NEXT closed;
    END IF;
END $$;

CREATE FUNCTION motzkin.commit_durably() RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    END IF;
END $$;

CREATE FUNCTION motzkin.counts_of(p_outcomes motzkin.outcome[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN ARRAY(SELECT count(given.outcome)
                   FROM unnest(enum_range(NULL::outcome)) AS every (outcome)
                   LEFT JOIN unnest(p_outcomes) AS given (outcome) USING (outcome)
                  GROUP BY every.outcome ORDER BY every.outcome);
END $$;

CREATE FUNCTION motzkin.drop_archived(p_job_id integer, p_rows integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $_$
DECLARE
    part    regclass;
    named   text;
    deleted bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM archive WHERE job_id = p_job_id) THEN
        RAISE EXCEPTION 'job % is not archived', p_job_id USING ERRCODE = 'MZ011';
    END IF;
    -- Shards first, the job's own table last.
    SELECT t.relid INTO part FROM pg_partition_tree(to_regclass('motzkin.result_j' || p_job_id)) t
     ORDER BY t.level DESC, t.relid LIMIT 1;
    IF FOUND THEN
        EXECUTE format('DROP TABLE %s', part);
        RETURN true;
    END IF;
    -- The job's throughput stays, for as long as any; so do the batches above its sealed prefix, which hold their totals.
    FOREACH named IN ARRAY ARRAY['seen_function', 'duplicate', 'audit', 'recent_result', 'lease', 'batch'] LOOP
        EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$I t WHERE job_id = $1 %2$s LIMIT $2))',
                       named, CASE WHEN named = 'batch' THEN
                           'AND begin_index < (SELECT sealed_below FROM job j WHERE j.id = t.job_id)' END)
            USING p_job_id, p_rows;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        IF deleted > 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    UPDATE archive SET drop_time = now() WHERE job_id = p_job_id AND drop_time IS NULL;
    RETURN false;
END $_$;

CREATE FUNCTION motzkin.end_greedy_sessions() RETURNS SETOF text
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION motzkin.end_worker_sessions(p_role text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = p_role;
    EXECUTE format('DROP OWNED BY %I', p_role);
    EXECUTE format('DROP ROLE %I', p_role);
EXCEPTION WHEN dependent_objects_still_exist THEN
    -- It has changed its default rights in another database. As it cannot log in, it may stay.
    NULL;
END $$;

CREATE FUNCTION motzkin.engines_of(p_spec_json jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT array_agg(step ->> 'engine') || 'construction'::text FROM jsonb_array_elements(p_spec_json -> 'ladder') step
$$;

CREATE FUNCTION motzkin.ensure_partitions(p_job_id integer, p_begin bigint, p_end bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    shard_rows constant bigint := 1000000;
    job_table  constant text := format('result_j%s', p_job_id);
    shard_table text;
BEGIN
    IF to_regclass('motzkin.' || job_table) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE result INCLUDING ALL) PARTITION BY RANGE (index)', job_table);
        EXECUTE format('ALTER TABLE result ATTACH PARTITION %I FOR VALUES IN (%s)', job_table, p_job_id);
    END IF;
    FOR shard IN p_begin / shard_rows .. (p_end - 1) / shard_rows LOOP
        shard_table := format('%s_s%s', job_table, shard);
        CONTINUE WHEN to_regclass('motzkin.' || shard_table) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE result INCLUDING ALL)', shard_table);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', job_table, shard_table,
                       shard * shard_rows, (shard + 1) * shard_rows);
    END LOOP;
END $$;

CREATE FUNCTION motzkin.fence(p_epoch bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM cluster WHERE coordinator_epoch = p_epoch FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another coordinator took over this database' USING ERRCODE = 'MZ010';
    END IF;
END $$;

CREATE FUNCTION motzkin.grant_reading(p_role text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON progress, worker_status, throughput, failures, training_data, training_data_all, '
                   'training_data_sympy, notation, engine_steps, jobs, engines, workers, duplicates, audits, '
                   'label_flips TO %I',
                   p_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION split_of, label_of, sympy_of TO %I', p_role);
END $$;

CREATE FUNCTION motzkin.hold_database() RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    holder record;
BEGIN
    SELECT holder_pid, holder_start, home INTO holder FROM cluster FOR UPDATE;
    IF holder.home <> this_database() THEN
        RAISE EXCEPTION 'this database was copied from another, or a restore was broken off: restore a backup into an empty '
            'one, or say of which time this copy is: select motzkin.mark_restored(''2026-01-31 22:00'')'
            USING ERRCODE = 'MZ012';
    END IF;
    -- Within a transaction, Postgres shows the sessions as they were at the first look.
    PERFORM pg_stat_clear_snapshot();
    -- The start of another role's session may be hidden from us. Then we take it for the same session.
    IF EXISTS (SELECT FROM pg_stat_activity a
                WHERE a.pid = holder.holder_pid AND a.pid <> pg_backend_pid() AND a.datname = current_database()
                  AND coalesce(a.backend_start, holder.holder_start) = holder.holder_start) THEN
        RETURN false;
    END IF;
    UPDATE cluster
       SET holder_pid = pg_backend_pid(),
           holder_start = (SELECT a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid());
    RETURN true;
END $$;

CREATE FUNCTION motzkin.is_audited(p_salt text, p_job uuid, p_index bigint, p_one_in integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT p_one_in > 0
       AND (get_byte(h, 0) * 65536 + get_byte(h, 1) * 256 + get_byte(h, 2)) % nullif(p_one_in, 0) = 0
      FROM sha256(convert_to('motzkin audit 2 ' || p_salt || ' ' || p_job || ' ' || p_index, 'UTF8')) h
$$;

CREATE FUNCTION motzkin.label_of(p_outcome motzkin.outcome, p_class motzkin.answer_class, p_answers motzkin.answers) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN p_outcome = 'integrated' AND p_class = 'elementary' THEN true
        WHEN p_outcome = 'integrated' AND p_class = 'special' AND p_answers = 'special' THEN true
        WHEN p_outcome IN ('unsolved', 'timed_out', 'nonelementary') THEN false
    END
$$;

CREATE FUNCTION motzkin.login_sessions_max(p_role text) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT greatest(1, least(worker_sessions_max(),
                             CASE WHEN p_role LIKE 'motzkin\_reader\_%' THEN least(10, worker_sessions_max() / 8)
                                  ELSE 3 END))
$$;

CREATE FUNCTION motzkin.login_settings(p_role text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT ARRAY['search_path=motzkin',
                 -- A transaction that someone forgot keeps dead rows alive.
                 'idle_in_transaction_session_timeout=1min',
                 -- Without these, the sessions of machines that went away would pile up.
                 'tcp_keepalives_idle=10', 'tcp_keepalives_interval=5', 'tcp_keepalives_count=3']
           || CASE WHEN p_role LIKE 'motzkin\_reader\_%' THEN
                  ARRAY['statement_timeout=5min', 'default_transaction_read_only=on']
              ELSE ARRAY['statement_timeout=1min'] END
$$;

CREATE FUNCTION motzkin.mark_restored(p_backup_time timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
DECLARE
    raised bigint;
    ended bigint;
BEGIN
    -- Waits for writes of a coordinator in flight, as take_over() does.
    UPDATE cluster
       SET incarnation = incarnation + 1, coordinator_epoch = coordinator_epoch + 1, home = this_database()
        RETURNING incarnation INTO raised;
    UPDATE lease SET end_time = now(), end_why = 'lost' WHERE end_time IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    UPDATE batch SET attempts = attempts_before() WHERE NOT closed;
    INSERT INTO event (kind, text) VALUES ('coordinator', format(
        'database restored from the backup of %s UTC; %s batches are granted anew, what was stored later is computed again',
        to_char(p_backup_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), ended));
    RETURN raised;
END $$;

CREATE FUNCTION motzkin.open_login(p_role text, p_worker uuid DEFAULT NULL::uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        PERFORM grant_reading(p_role);
    END IF;
    UPDATE role_password SET set_time = now() WHERE role = p_role;
    IF has_column_privilege('pg_authid', 'rolpassword', 'SELECT') THEN
        UPDATE role_password SET verifier = (SELECT rolpassword FROM pg_authid WHERE rolname = p_role)
         WHERE role = p_role;
    END IF;
END $$;

CREATE FUNCTION motzkin.open_worker_login(p_worker uuid) RETURNS TABLE(role text, password text)
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION motzkin.open_workers_role() RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION motzkin.session_worker() RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    found constant uuid := (SELECT worker_uuid FROM role_password WHERE role = session_user);
BEGIN
    IF found IS NULL THEN
        RAISE EXCEPTION 'role % is not the login of a worker', session_user USING ERRCODE = '42501';
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION motzkin.set_back_logins() RETURNS SETOF text
    LANGUAGE plpgsql
    AS $$
DECLARE
    sees_passwords constant boolean := has_column_privilege('pg_authid', 'rolpassword', 'SELECT');
    login    record;
    changed  text;
    verifier text;
BEGIN
    FOR login IN
        SELECT p.role, p.password, p.verifier, p.set_time, r.oid, coalesce(r.rolconfig, '{}') AS settings
          FROM role_password p LEFT JOIN pg_roles r ON r.rolname = p.role
    LOOP
        changed := NULL;
        IF login.oid IS NULL THEN
            changed := 'was dropped';
        -- A setting that only a superuser can make stays: it is not the role's.
        ELSIF NOT login.settings @> login_settings(login.role)
              OR EXISTS (SELECT FROM unnest(login.settings) s
                           LEFT JOIN pg_settings known ON known.name = split_part(s, '=', 1)
                          WHERE s <> ALL (login_settings(login.role)) AND known.context IS DISTINCT FROM 'superuser')
              OR EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setrole = login.oid AND s.setdatabase <> 0) THEN
            changed := 'had other defaults';
        ELSIF sees_passwords THEN
            SELECT a.rolpassword INTO verifier FROM pg_authid a WHERE a.oid = login.oid;
            IF verifier IS DISTINCT FROM login.verifier THEN
                changed := 'had another password';
            END IF;
        ELSIF login.set_time < now() - interval '1 min' THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', login.role, login.password);
            UPDATE role_password p SET set_time = now() WHERE p.role = login.role;
        END IF;
        CONTINUE WHEN changed IS NULL;
        PERFORM open_login(login.role);
        RETURN NEXT format('role %s %s; it is as before again', login.role, changed);
    END LOOP;
END $$;

CREATE FUNCTION motzkin.split_of(p_skeleton_hash bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT (ARRAY['train', 'valid', 'test'])
           [1 + width_bucket(get_byte(sha256('motzkin split 1'::bytea || int8send(p_skeleton_hash)), 0), ARRAY[230, 243])]
$$;

CREATE FUNCTION motzkin.store_audits(p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_budget_factor integer, p_results motzkin.submitted_result[]) RETURNS integer[]
    LANGUAGE plpgsql
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
DECLARE
    result_count constant integer := coalesce(cardinality(p_results), 0);
    held record;
BEGIN
    IF result_count NOT BETWEEN 1 AND 256 OR (p_budget_factor BETWEEN 1 AND 1000) IS NOT TRUE THEN
        RAISE EXCEPTION 'a submission holds 1 to 256 audits with 1 to 1000 times the budget' USING ERRCODE = 'MZ005';
    END IF;
    PERFORM commit_durably();
    SELECT j.id AS job_id, j.name, j.spec_digest, j.generator_version, w.id AS worker_id, w.control,
           engines_of(j.spec_json) AS engines
      INTO held
      FROM job j, worker w
     WHERE j.uuid = p_job AND w.uuid = p_worker;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no job % or no worker %', p_job, p_worker USING ERRCODE = 'MZ001';
    ELSIF held.spec_digest <> p_spec_digest THEN
        RAISE EXCEPTION 'job %: audited for another spec', held.name USING ERRCODE = 'MZ002';
    ELSIF held.generator_version <> p_generator_version THEN
        RAISE EXCEPTION 'job %: generator version % instead of %', held.name, p_generator_version,
            held.generator_version USING ERRCODE = 'MZ003';
    ELSIF held.control = 'removed' THEN
        RAISE EXCEPTION 'worker % was removed from the cluster', p_worker USING ERRCODE = '42501';
    END IF;
    PERFORM check_submitted(p_results, held.engines);
    RETURN answer_audits(held.job_id, held.worker_id, p_budget_factor, p_results);
END $$;

CREATE FUNCTION motzkin.store_results(p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_batch bigint, p_attempt integer, p_results motzkin.submitted_result[]) RETURNS integer[]
    LANGUAGE plpgsql
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
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

CREATE FUNCTION motzkin.submit_audits(p_job uuid, p_spec_digest bytea, p_generator_version integer, p_budget_factor integer, p_results motzkin.submitted_result[]) RETURNS integer[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
BEGIN
    RETURN store_audits(p_job, p_spec_digest, p_generator_version, session_worker(), p_budget_factor, p_results);
END $$;

CREATE FUNCTION motzkin.submit_results(p_job uuid, p_spec_digest bytea, p_generator_version integer, p_batch bigint, p_attempt integer, p_results motzkin.submitted_result[]) RETURNS integer[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'motzkin', 'pg_temp'
    AS $$
BEGIN
    RETURN store_results(p_job, p_spec_digest, p_generator_version, session_worker(), p_batch, p_attempt, p_results);
END $$;

CREATE FUNCTION motzkin.subtract_counts(p_counts bigint[], p_less bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
    FOR n IN 1 .. cardinality(p_counts) LOOP
        p_counts[n] := p_counts[n] - p_less[n];
    END LOOP;
    RETURN p_counts;
END $$;

CREATE FUNCTION motzkin.sympy_of(p_prefix text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    -- How tightly a text binds. An operand that binds looser than its operator needs gets parentheses.
    of_sum      constant integer := 0;
    of_product  constant integer := 1;
    of_negation constant integer := 2;
    of_power    constant integer := 3;
    of_atom     constant integer := 4;
    words       constant text[] := string_to_array(p_prefix, ' ');
    word        text;
    digits      text := '';
    -- The stack of operands: their texts, how these bind, whether they start with a minus, and are whole numbers or
    -- fractions.
    texts       text[] := '{}';
    binds       integer[] := '{}';
    minuses     boolean[] := '{}';
    wholes      boolean[] := '{}';
    numbers     boolean[] := '{}';
    top         integer := 0;
    separator   text;
    needed      integer;  -- what the first operand has to bind at least
    needed_later integer; -- the same of the second
    a           text;
    b           text;
    how         record;
    upper_count integer;
    lower_count integer;
BEGIN
    FOR i IN REVERSE cardinality(words)..1 LOOP
        word := words[i];
        IF length(word) = 1 AND strpos('0123456789', word) > 0 THEN
            digits := word || digits;
            CONTINUE;
        ELSIF word IN ('INT+', 'INT-') THEN
            IF digits = '' THEN
                RETURN NULL;
            END IF;
            top := top + 1;
            texts[top] := CASE word WHEN 'INT-' THEN '-' ELSE '' END || digits;
            binds[top] := CASE word WHEN 'INT-' THEN of_negation ELSE of_atom END;
            minuses[top] := word = 'INT-';
            wholes[top] := true;
            numbers[top] := true;
            digits := '';
            CONTINUE;
        ELSIF word IN ('add', 'sub', 'mul', 'div', 'pow') THEN
            IF top < 2 THEN
                RETURN NULL;
            END IF;
            separator := CASE word WHEN 'add' THEN ' + ' WHEN 'sub' THEN ' - ' WHEN 'mul' THEN '*' WHEN 'div' THEN '/'
                                   ELSE '**' END;
            needed := CASE WHEN word IN ('add', 'sub') THEN of_sum WHEN word = 'pow' THEN of_atom ELSE of_product END;
            needed_later := CASE WHEN word IN ('add', 'sub') THEN of_product WHEN word = 'pow' THEN of_atom
                                ELSE of_negation END;
            a := texts[top];
            b := texts[top - 1];
            IF binds[top] < needed THEN
                a := '(' || a || ')';
            END IF;
            -- A minus sign must not follow another operator.
            IF binds[top - 1] < needed_later OR minuses[top - 1] THEN
                b := '(' || b || ')';
            END IF;
            texts[top - 1] := a || separator || b;
            minuses[top - 1] := binds[top] >= needed AND minuses[top];
            -- A quotient of whole numbers is a rational number.
            numbers[top - 1] := word = 'div' AND wholes[top] AND wholes[top - 1];
            wholes[top - 1] := false;
            binds[top - 1] := CASE word WHEN 'pow' THEN of_power ELSE needed END;
            top := top - 1;
            CONTINUE;
        ELSIF word = 'neg' THEN
            IF top < 1 THEN
                RETURN NULL;
            END IF;
            -- -(3) is the negation of a number, while -3 is a number. -x*y would be (-x)*y.
            texts[top] := '-' || CASE WHEN numbers[top] OR minuses[top] OR binds[top] < of_power
                                      THEN '(' || texts[top] || ')' ELSE texts[top] END;
            binds[top] := of_negation;
            minuses[top] := true;
            wholes[top] := false;
            numbers[top] := false;
            CONTINUE;
        END IF;

        SELECT n.operands, n.sympy INTO how FROM notation n WHERE n.token = word;
        IF NOT FOUND OR top < how.operands THEN
            RETURN NULL;
        ELSIF how.operands = -1 THEN
            IF top < 3 OR NOT wholes[top] OR NOT wholes[top - 1]
               OR greatest(length(texts[top]), length(texts[top - 1])) > 3 THEN
                RETURN NULL;
            END IF;
            upper_count := texts[top];
            lower_count := texts[top - 1];
            top := top - 2 - upper_count - lower_count;
            IF top < 1 OR least(upper_count, lower_count) < 0 THEN
                RETURN NULL;
            END IF;
            a := format('%s([%s], [%s], %s)', how.sympy,
                        (SELECT coalesce(string_agg(texts[top + lower_count + n], ', ' ORDER BY n DESC), '')
                           FROM generate_series(1, upper_count) n),
                        (SELECT coalesce(string_agg(texts[top + n], ', ' ORDER BY n DESC), '')
                           FROM generate_series(1, lower_count) n),
                        texts[top]);
        ELSIF strpos(how.sympy, '#') > 0 THEN
            a := replace(how.sympy, '#', texts[top]);
        ELSE
            a := how.sympy;
            FOR n IN 1..how.operands LOOP
                a := a || CASE n WHEN 1 THEN '(' ELSE ', ' END || texts[top - n + 1]
                       || CASE n WHEN how.operands THEN ')' ELSE '' END;
            END LOOP;
            top := top - how.operands + 1;
        END IF;
        texts[top] := a;
        binds[top] := of_atom;
        minuses[top] := false;
        wholes[top] := false;
        numbers[top] := false;
    END LOOP;
    RETURN CASE WHEN top = 1 AND digits = '' THEN texts[1] END;
END $$;

CREATE FUNCTION motzkin.take_over() RETURNS bigint
    LANGUAGE sql
    AS $$
    UPDATE cluster SET coordinator_epoch = coordinator_epoch + 1 RETURNING coordinator_epoch
$$;

CREATE FUNCTION motzkin.this_database() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT s.system_identifier || '/' || d.oid
      FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
$$;

CREATE FUNCTION motzkin.total_of(p_counts bigint[]) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
DECLARE
    total bigint := 0;
    n     bigint;
BEGIN
    FOREACH n IN ARRAY p_counts LOOP
        total := total + n;
    END LOOP;
    RETURN total;
END $$;

CREATE FUNCTION motzkin.void_rows(p_job_id integer, p_worker_id integer, p_since timestamp with time zone, OUT rows bigint, OUT sealed_rows bigint, OUT first_sealed bigint, OUT last_sealed bigint, OUT hidden_rows bigint) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    held      record;
    prefix    bigint;  -- the job will be sealed below this
    repeats   bigint;
    runs      boolean;
BEGIN
    SELECT j.state, j.sealed_below INTO held FROM job j WHERE j.id = p_job_id FOR UPDATE;
    -- In the order of submissions, which must neither wait for us and we for them, nor store rows meanwhile.
    PERFORM FROM batch b WHERE b.job_id = p_job_id ORDER BY b.begin_index FOR UPDATE;
    UPDATE audit a
       SET outcome = NULL, answer_class = NULL, integral = NULL, budget_factor = NULL, speed_factor = NULL, cpu_us = NULL,
           worker_id = NULL, audit_time = NULL
     WHERE a.job_id = p_job_id AND a.worker_id = p_worker_id AND a.audit_time >= p_since;
    DROP TABLE IF EXISTS voided;
    CREATE TEMP TABLE voided ON COMMIT DROP AS
        SELECT r.index, r.outcome FROM result r
         WHERE r.job_id = p_job_id AND r.worker_id = p_worker_id AND r.create_time >= p_since;
    CREATE UNIQUE INDEX voided_idx ON voided (index);
    ANALYZE voided;
    SELECT nullif(count(*), 0), count(*) FILTER (WHERE v.index < held.sealed_below),
           min(v.index) FILTER (WHERE v.index < held.sealed_below),
           max(v.index) FILTER (WHERE v.index < held.sealed_below)
      INTO rows, sealed_rows, first_sealed, last_sealed
      FROM voided v;
    IF rows IS NULL THEN
        RETURN;
    END IF;
    SELECT count(*) INTO hidden_rows
      FROM duplicate d
     WHERE d.job_id = p_job_id AND EXISTS (SELECT FROM voided v WHERE v.index = d.first_index)
       AND NOT EXISTS (SELECT FROM voided v WHERE v.index = d.index);
    prefix := coalesce((SELECT max(b.begin_index) FROM batch b
                         WHERE b.job_id = p_job_id AND b.begin_index <= first_sealed), held.sealed_below);
    -- A job that is over for good keeps what is left; only a completed one can be filled again.
    runs := held.state IN ('running', 'completed');

    DELETE FROM duplicate d WHERE d.job_id = p_job_id AND d.index >= prefix;
    GET DIAGNOSTICS repeats = ROW_COUNT;
    DELETE FROM seen_function s WHERE s.job_id = p_job_id AND s.first_index >= prefix;
    UPDATE job j
       SET sealed_below = prefix, duplicates = j.duplicates - repeats,
           sealed_outcomes = subtract_counts(j.sealed_outcomes, ARRAY(
               SELECT coalesce(sum(n.rows), 0)::bigint
                 FROM unnest(j.sealed_outcomes) WITH ORDINALITY AS every(total, outcome)
                 LEFT JOIN (SELECT o.rows, o.outcome
                              FROM batch b, unnest(b.outcomes) WITH ORDINALITY AS o(rows, outcome)
                             WHERE b.job_id = p_job_id AND b.begin_index >= prefix
                               AND b.begin_index < held.sealed_below) n USING (outcome)
                GROUP BY every.outcome ORDER BY every.outcome)),
           state = CASE WHEN runs THEN 'running' ELSE j.state END,
           reason = CASE WHEN runs AND j.state = 'completed' THEN '' ELSE j.reason END
     WHERE j.id = p_job_id;

    DELETE FROM audit a USING voided v WHERE a.job_id = p_job_id AND a.index = v.index;
    DELETE FROM recent_result r USING voided v WHERE r.job_id = p_job_id AND r.index = v.index;
    DELETE FROM result r USING voided v WHERE r.job_id = p_job_id AND r.index = v.index;
    UPDATE batch b
       SET outcomes = subtract_counts(b.outcomes, less.counts), closed = false, revoked = NOT runs
      FROM (SELECT part.batch, counts_of(array_agg(v.outcome)) AS counts
              FROM batch part JOIN voided v ON v.index >= part.begin_index AND v.index < part.end_index
             WHERE part.job_id = p_job_id
             GROUP BY part.batch) less
     WHERE b.job_id = p_job_id AND b.batch = less.batch;
    IF held.state = 'completed' THEN
        UPDATE batch b SET revoked = false WHERE b.job_id = p_job_id AND NOT b.closed;
    END IF;
END $$;

CREATE FUNCTION motzkin.worker_sessions_max() RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT greatest(1, (current_setting('max_connections')::integer
                        - current_setting('superuser_reserved_connections')::integer) * 4 / 5)
$$;

CREATE FUNCTION motzkin.workers_role() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT 'motzkin_worker_' || left(uuid::text, 8) FROM cluster
$$;

CREATE TABLE motzkin.archive (
    job_id integer NOT NULL,
    rows bigint NOT NULL,
    audited bigint NOT NULL,
    flips bigint NOT NULL,
    sha256 bytea NOT NULL,
    archive_time timestamp with time zone DEFAULT now() NOT NULL,
    drop_time timestamp with time zone,
    CONSTRAINT sha256_has_32_bytes CHECK ((octet_length(sha256) = 32))
);

CREATE TABLE motzkin.audit (
    job_id integer NOT NULL,
    index bigint NOT NULL,
    first_outcome motzkin.outcome NOT NULL,
    first_worker_id integer NOT NULL,
    outcome motzkin.outcome,
    answer_class motzkin.answer_class,
    integral text,
    budget_factor smallint,
    speed_factor real,
    cpu_us bigint,
    worker_id integer,
    audit_time timestamp with time zone,
    auditor_id integer,
    agrees boolean,
    CONSTRAINT audited_by_someone CHECK (((outcome IS NULL) = (worker_id IS NULL)))
)
WITH (fillfactor='80');

CREATE TABLE motzkin.job (
    id integer NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    request_id uuid NOT NULL,
    name text NOT NULL,
    spec bytea NOT NULL,
    spec_json jsonb NOT NULL,
    spec_digest bytea NOT NULL,
    generator_version integer NOT NULL,
    kind motzkin.kind NOT NULL,
    answers motzkin.answers NOT NULL,
    target bigint NOT NULL,
    target_integrated boolean NOT NULL,
    state motzkin.job_state DEFAULT 'running'::motzkin.job_state NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    create_time timestamp with time zone DEFAULT now() NOT NULL,
    allocated_below bigint DEFAULT 0 NOT NULL,
    sealed_below bigint DEFAULT 0 NOT NULL,
    sealed_outcomes motzkin.outcome_counts NOT NULL,
    duplicates bigint DEFAULT 0 NOT NULL,
    CONSTRAINT sealed_rows_are_counted CHECK ((motzkin.total_of((sealed_outcomes)::bigint[]) = sealed_below)),
    CONSTRAINT sealed_within_allocated CHECK (((0 <= sealed_below) AND (sealed_below <= allocated_below)))
)
WITH (fillfactor='50');

CREATE TABLE motzkin.worker (
    id integer NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    instance bigint NOT NULL,
    control motzkin.worker_control DEFAULT 'run'::motzkin.worker_control NOT NULL,
    state text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    slots integer DEFAULT 0 NOT NULL,
    temperature real DEFAULT 0 NOT NULL,
    sandbox_level text DEFAULT ''::text NOT NULL,
    build text DEFAULT ''::text NOT NULL,
    engines jsonb DEFAULT '{}'::jsonb NOT NULL,
    last_seen timestamp with time zone DEFAULT now() NOT NULL,
    create_time timestamp with time zone DEFAULT now() NOT NULL,
    suspended_until timestamp with time zone
)
WITH (fillfactor='50');

CREATE VIEW motzkin.audits AS
 SELECT j.name AS job,
    a.index,
    (a.first_outcome)::text AS first_outcome,
    (a.outcome)::text AS outcome,
    (a.answer_class)::text AS answer_class,
    motzkin.label_of(a.outcome, a.answer_class, j.answers) AS success,
    a.integral,
    a.budget_factor,
    a.speed_factor,
    a.cpu_us,
    f.name AS first_worker,
    w.name AS worker,
    a.audit_time,
    a.agrees
   FROM (((motzkin.audit a
     JOIN motzkin.job j ON ((j.id = a.job_id)))
     LEFT JOIN motzkin.worker f ON ((f.id = a.first_worker_id)))
     LEFT JOIN motzkin.worker w ON ((w.id = a.worker_id)));

CREATE TABLE motzkin.batch (
    job_id integer NOT NULL,
    batch bigint NOT NULL,
    begin_index bigint NOT NULL,
    end_index bigint NOT NULL,
    outcomes motzkin.outcome_counts NOT NULL,
    stored integer GENERATED ALWAYS AS ((motzkin.total_of((outcomes)::bigint[]))::integer) STORED NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    revoked boolean DEFAULT false NOT NULL,
    deaths integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT motzkin.attempts_before() NOT NULL,
    CONSTRAINT closed_means_full CHECK ((closed = (stored = (end_index - begin_index)))),
    CONSTRAINT range_not_empty CHECK (((begin_index >= 0) AND (begin_index < end_index))),
    CONSTRAINT stored_within_range CHECK (((stored >= 0) AND (stored <= (end_index - begin_index))))
)
WITH (fillfactor='50');

CREATE TABLE motzkin.cluster (
    only_row boolean DEFAULT true NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    incarnation bigint DEFAULT 1 NOT NULL,
    coordinator_epoch bigint DEFAULT 0 NOT NULL,
    holder_pid integer,
    holder_start timestamp with time zone,
    home text DEFAULT motzkin.this_database() NOT NULL,
    create_time timestamp with time zone DEFAULT now() NOT NULL,
    audit_salt text DEFAULT replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text) NOT NULL,
    CONSTRAINT cluster_has_one_row CHECK (only_row)
);

CREATE TABLE motzkin.duplicate (
    job_id integer NOT NULL,
    index bigint NOT NULL,
    first_index bigint NOT NULL,
    CONSTRAINT first_is_earlier CHECK ((first_index < index))
);

CREATE VIEW motzkin.duplicates AS
 SELECT j.name AS job,
    d.index,
    d.first_index
   FROM (motzkin.duplicate d
     JOIN motzkin.job j ON ((j.id = d.job_id)));

CREATE TABLE motzkin.engine (
    id integer NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    CONSTRAINT engine_names_are_short CHECK (((length(name) <= 40) AND (length(version) <= 80)))
);

ALTER TABLE motzkin.engine ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME motzkin.engine_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE motzkin.result (
    index bigint NOT NULL,
    canonical_hash bigint NOT NULL,
    skeleton_hash bigint NOT NULL,
    create_time timestamp with time zone DEFAULT now() NOT NULL,
    job_id integer NOT NULL,
    worker_id integer NOT NULL,
    attempt integer NOT NULL,
    outcome motzkin.outcome NOT NULL,
    wall_ms integer NOT NULL,
    speed_factor real NOT NULL,
    answer_class motzkin.answer_class,
    verdict motzkin.verdict,
    engine_id integer,
    points_agreed smallint NOT NULL,
    points_differed smallint NOT NULL,
    precision_bits smallint NOT NULL,
    has_abs boolean NOT NULL,
    integrand text NOT NULL,
    integral text,
    steps integer[],
    messages text[],
    counterexample text,
    valid_on double precision[],
    CONSTRAINT integral_within_64_kb CHECK ((octet_length(integral) <= 65536)),
    CONSTRAINT integrand_not_empty CHECK ((integrand <> ''::text)),
    CONSTRAINT integrated_has_integral CHECK (((outcome <> 'integrated'::motzkin.outcome) OR (integral IS NOT NULL))),
    CONSTRAINT steps_have_five_numbers CHECK ((array_length(steps, 2) = 5))
)
PARTITION BY LIST (job_id);

CREATE VIEW motzkin.engine_steps AS
 SELECT j.name AS job,
    r.index,
    n.n AS step,
    e.name AS engine,
    e.version AS engine_version,
    ((enum_range(NULL::motzkin.outcome))[r.steps[n.n][2]])::text AS outcome,
    r.steps[n.n][3] AS cpu_us,
    r.steps[n.n][4] AS rss_kb,
    r.steps[n.n][5] AS verifier_us,
    COALESCE(r.messages[n.n], ''::text) AS message
   FROM (((motzkin.job j
     JOIN motzkin.result r ON ((r.job_id = j.id)))
     CROSS JOIN LATERAL generate_subscripts(r.steps, 1) n(n))
     LEFT JOIN motzkin.engine e ON ((e.id = r.steps[n.n][1])));

CREATE VIEW motzkin.engines AS
 SELECT e.id AS engine_id,
    e.name AS engine,
    e.version AS engine_version
   FROM motzkin.engine e;

CREATE TABLE motzkin.event (
    id bigint NOT NULL,
    "time" timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    text text NOT NULL
);

ALTER TABLE motzkin.event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME motzkin.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE motzkin.recent_result (
    job_id integer NOT NULL,
    outcome motzkin.outcome NOT NULL,
    slot smallint NOT NULL,
    index bigint NOT NULL,
    worker_id integer NOT NULL,
    "time" timestamp with time zone DEFAULT now() NOT NULL,
    engine text NOT NULL,
    message text NOT NULL,
    integrand text NOT NULL,
    integral text,
    CONSTRAINT slots_are_bounded CHECK (((slot >= 0) AND (slot <= 99)))
);

CREATE VIEW motzkin.failures AS
 SELECT r."time",
    j.name AS job,
    r.index,
    (r.outcome)::text AS outcome,
    r.engine,
    r.message,
    r.integrand,
    w.name AS worker
   FROM ((motzkin.recent_result r
     JOIN motzkin.job j ON ((j.id = r.job_id)))
     JOIN motzkin.worker w ON ((w.id = r.worker_id)))
  WHERE (r.outcome <> 'integrated'::motzkin.outcome)
  ORDER BY r."time" DESC;

CREATE TABLE motzkin.invite (
    secret_sha256 bytea NOT NULL,
    identity text,
    uses_left integer NOT NULL,
    expire_time timestamp with time zone NOT NULL,
    CONSTRAINT invite_is_of_a_person CHECK ((identity ~ '^(operator|reader) [A-Za-z0-9._-]{1,40}$'::text)),
    CONSTRAINT invite_uses_in_range CHECK (((uses_left >= 0) AND (uses_left <= 1000)))
);

ALTER TABLE motzkin.job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME motzkin.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW motzkin.job_outcomes AS
 SELECT j.id AS job_id,
    (j.sealed_below + open.stored) AS stored,
    open.outcomes
   FROM motzkin.job j,
    LATERAL ( SELECT COALESCE(sum(b.stored), (0)::bigint) AS stored,
            ARRAY[(((j.sealed_outcomes[1])::numeric + COALESCE(sum(b.outcomes[1]), (0)::numeric)))::bigint, (((j.sealed_outcomes[2])::numeric + COALESCE(sum(b.outcomes[2]), (0)::numeric)))::bigint, (((j.sealed_outcomes[3])::numeric + COALESCE(sum(b.outcomes[3]), (0)::numeric)))::bigint, (((j.sealed_outcomes[4])::numeric + COALESCE(sum(b.outcomes[4]), (0)::numeric)))::bigint, (((j.sealed_outcomes[5])::numeric + COALESCE(sum(b.outcomes[5]), (0)::numeric)))::bigint, (((j.sealed_outcomes[6])::numeric + COALESCE(sum(b.outcomes[6]), (0)::numeric)))::bigint, (((j.sealed_outcomes[7])::numeric + COALESCE(sum(b.outcomes[7]), (0)::numeric)))::bigint, (((j.sealed_outcomes[8])::numeric + COALESCE(sum(b.outcomes[8]), (0)::numeric)))::bigint, (((j.sealed_outcomes[9])::numeric + COALESCE(sum(b.outcomes[9]), (0)::numeric)))::bigint] AS outcomes
           FROM motzkin.batch b
          WHERE ((b.job_id = j.id) AND (b.begin_index >= j.sealed_below))) open;

CREATE VIEW motzkin.jobs AS
 SELECT j.name AS job,
    j.uuid,
    (j.state)::text AS state,
    (j.kind)::text AS kind,
    (j.answers)::text AS answers,
    j.generator_version,
    j.spec_digest,
    j.spec,
    j.spec_json,
    j.sealed_below AS sealed,
    j.create_time AS started,
    a.archive_time AS archived
   FROM (motzkin.job j
     LEFT JOIN motzkin.archive a ON ((a.job_id = j.id)));

CREATE VIEW motzkin.label_flips AS
 SELECT j.name AS job,
    n.open,
    n.audited,
    n.flips,
    ((n.flips)::double precision / (NULLIF(n.audited, 0))::double precision) AS share,
    (w.centre - w.half) AS lower,
    (w.centre + w.half) AS upper
   FROM (motzkin.job j
     LEFT JOIN motzkin.archive k ON ((k.job_id = j.id))),
    LATERAL ( SELECT
                CASE
                    WHEN (k.job_id IS NULL) THEN count(*) FILTER (WHERE (a.outcome IS NULL))
                    ELSE (0)::bigint
                END AS open,
            COALESCE(k.audited, count(*) FILTER (WHERE (a.outcome IS NOT NULL))) AS audited,
            COALESCE(k.flips, count(*) FILTER (WHERE motzkin.label_of(a.outcome, a.answer_class, j.answers))) AS flips
           FROM motzkin.audit a
          WHERE ((a.job_id = j.id) AND (a.first_outcome <> 'integrated'::motzkin.outcome))) n,
    LATERAL ( SELECT (n.audited)::double precision AS audited,
            ((n.flips)::double precision / (NULLIF(n.audited, 0))::double precision) AS share,
            (1.959964)::double precision AS z) p,
    LATERAL ( SELECT ((p.share + ((p.z ^ (2)::double precision) / ((2)::double precision * p.audited))) / ((1)::double precision + ((p.z ^ (2)::double precision) / p.audited))) AS centre,
            ((p.z * sqrt((((p.share * ((1)::double precision - p.share)) / p.audited) + ((p.z ^ (2)::double precision) / ((4)::double precision * (p.audited ^ (2)::double precision)))))) / ((1)::double precision + ((p.z ^ (2)::double precision) / p.audited))) AS half
          WHERE (p.audited > (0)::double precision)
        UNION ALL
         SELECT NULL::double precision,
            NULL::double precision
          WHERE (p.audited = (0)::double precision)) w;

CREATE TABLE motzkin.lease (
    job_id integer NOT NULL,
    batch bigint NOT NULL,
    attempt integer NOT NULL,
    worker_id integer NOT NULL,
    instance bigint NOT NULL,
    begin_index bigint NOT NULL,
    end_index bigint NOT NULL,
    grant_time timestamp with time zone DEFAULT now() NOT NULL,
    end_time timestamp with time zone,
    end_why motzkin.lease_end,
    CONSTRAINT ended_for_a_reason CHECK (((end_time IS NULL) = (end_why IS NULL)))
)
WITH (fillfactor='80');

CREATE TABLE motzkin.member (
    key_sha256 bytea NOT NULL,
    identity text NOT NULL,
    invite_sha256 bytea,
    join_time timestamp with time zone DEFAULT now() NOT NULL,
    expire_time timestamp with time zone NOT NULL,
    revoke_time timestamp with time zone,
    CONSTRAINT member_identity_has_a_role CHECK ((identity ~ '^(worker|operator|reader) [A-Za-z0-9._-]{1,40}$'::text)),
    CONSTRAINT member_key_is_a_hash CHECK ((length(key_sha256) = 32))
);

CREATE TABLE motzkin.notation (
    token text NOT NULL,
    operands smallint NOT NULL,
    sympy text NOT NULL,
    CONSTRAINT notation_counts_operands CHECK (((operands >= '-1'::integer) AND (operands <= 10)))
);

CREATE TABLE motzkin.page_password (
    one boolean DEFAULT true NOT NULL,
    hash text NOT NULL,
    set_time timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT page_password_is_hashed CHECK ((hash ~ '^\$scrypt\$[!-~]{1,200}$'::text)),
    CONSTRAINT page_password_is_one CHECK (one)
);

CREATE TABLE motzkin.throughput_minute (
    minute timestamp with time zone NOT NULL,
    job_id integer NOT NULL,
    worker_id integer NOT NULL,
    functions integer NOT NULL,
    integrated integer NOT NULL,
    cas_us bigint NOT NULL,
    verifier_us bigint NOT NULL
)
WITH (fillfactor='70');

CREATE VIEW motzkin.progress AS
 SELECT j.name AS job,
    (j.state)::text AS state,
    j.reason AS blocked,
    j.target,
        CASE
            WHEN j.target_integrated THEN j.sealed_outcomes[1]
            ELSE o.stored
        END AS done,
    o.stored AS functions,
    j.sealed_below AS sealed,
    j.duplicates,
    o.outcomes[1] AS integrated,
    o.outcomes[2] AS partly,
    o.outcomes[3] AS unsolved,
    o.outcomes[4] AS nonelementary,
    o.outcomes[5] AS timed_out,
    o.outcomes[6] AS memory_exceeded,
    o.outcomes[7] AS crashed,
    o.outcomes[8] AS refuted,
    o.outcomes[9] AS unverified,
    speed.functions_per_minute,
    speed.integrated_per_minute,
        CASE
            WHEN ((j.state = 'running'::motzkin.job_state) AND (j.target > 0)) THEN make_interval(mins => (ceil(GREATEST((0)::numeric,
            CASE
                WHEN j.target_integrated THEN (((j.target - j.sealed_outcomes[1]))::numeric / NULLIF(speed.integrated_per_minute, (0)::numeric))
                ELSE (((j.target - o.stored))::numeric / NULLIF(speed.functions_per_minute, (0)::numeric))
            END)))::integer)
            ELSE NULL::interval
        END AS eta,
    bytes.bytes,
    j.create_time AS started,
    a.archive_time AS archived
   FROM ((motzkin.job j
     JOIN motzkin.job_outcomes o ON ((o.job_id = j.id)))
     LEFT JOIN motzkin.archive a ON ((a.job_id = j.id))),
    LATERAL ( SELECT COALESCE(round(((sum(t.functions))::numeric / 5.0), 1), (0)::numeric) AS functions_per_minute,
            COALESCE(round(((sum(t.integrated))::numeric / 5.0), 1), (0)::numeric) AS integrated_per_minute
           FROM motzkin.throughput_minute t
          WHERE ((t.job_id = j.id) AND (t.minute >= (date_trunc('minute'::text, now()) - '00:05:00'::interval)) AND (t.minute < date_trunc('minute'::text, now())))) speed,
    LATERAL ( SELECT (COALESCE(sum(pg_total_relation_size(pg_partition_tree.relid)), (0)::numeric))::bigint AS bytes
           FROM pg_partition_tree(to_regclass(('motzkin.result_j'::text || j.id))) pg_partition_tree(relid, parentrelid, isleaf, level)
          WHERE pg_partition_tree.isleaf) bytes;

CREATE TABLE motzkin.quarantine (
    worker_id integer NOT NULL,
    begin_time timestamp with time zone NOT NULL,
    job_id integer NOT NULL,
    index bigint NOT NULL,
    auditor_id integer NOT NULL,
    create_time timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE motzkin.role_password (
    role text NOT NULL,
    password text NOT NULL,
    verifier text,
    set_time timestamp with time zone,
    worker_uuid uuid
);

CREATE TABLE motzkin.schema_migration (
    name text NOT NULL,
    sha256 bytea NOT NULL,
    breaking boolean NOT NULL,
    apply_time timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE motzkin.seen_function (
    job_id integer NOT NULL,
    canonical_hash bigint NOT NULL,
    first_index bigint NOT NULL
);

CREATE VIEW motzkin.throughput AS
 SELECT t.minute,
    j.name AS job,
    w.name AS worker,
    t.functions,
    t.integrated,
    ((t.cas_us)::numeric / '1000000'::numeric) AS cas_seconds,
    ((t.verifier_us)::numeric / '1000000'::numeric) AS verifier_seconds
   FROM ((motzkin.throughput_minute t
     JOIN motzkin.job j ON ((j.id = t.job_id)))
     JOIN motzkin.worker w ON ((w.id = t.worker_id)));

CREATE VIEW motzkin.training_data AS
 SELECT r.integrand,
        CASE
            WHEN (r.outcome = 'integrated'::motzkin.outcome) THEN r.integral
            ELSE NULL::text
        END AS integral,
    motzkin.label_of(r.outcome, r.answer_class, j.answers) AS success,
    motzkin.split_of(r.skeleton_hash) AS split,
    j.name AS job,
    r.index
   FROM ((motzkin.job j
     JOIN motzkin.result r ON (((r.job_id = j.id) AND (r.index < j.sealed_below))))
     LEFT JOIN motzkin.quarantine q ON (((q.worker_id = r.worker_id) AND (q.begin_time <= r.create_time))))
  WHERE ((j.kind = 'forward'::motzkin.kind) AND (motzkin.label_of(r.outcome, r.answer_class, j.answers) IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM motzkin.duplicate d
          WHERE ((d.job_id = r.job_id) AND (d.index = r.index))))) AND ((q.worker_id IS NULL) OR (EXISTS ( SELECT
           FROM motzkin.audit a
          WHERE ((a.job_id = r.job_id) AND (a.index = r.index) AND a.agrees)))));

CREATE VIEW motzkin.training_data_all AS
 SELECT r.integrand,
    r.integral,
        CASE
            WHEN ((q.worker_id IS NULL) OR a.agrees) THEN motzkin.label_of(r.outcome, r.answer_class, j.answers)
            ELSE NULL::boolean
        END AS success,
    motzkin.split_of(r.skeleton_hash) AS split,
    j.name AS job,
    r.index,
    (j.kind)::text AS kind,
    (r.outcome)::text AS outcome,
    (r.answer_class)::text AS answer_class,
    r.has_abs,
    (r.index < j.sealed_below) AS sealed,
    d.first_index AS duplicate_of,
    e.name AS engine,
    e.version AS engine_version,
    (r.verdict)::text AS verdict,
    r.points_agreed,
    r.points_differed,
    r.precision_bits,
    r.counterexample,
    r.valid_on,
    r.canonical_hash,
    r.skeleton_hash,
    r.steps,
    r.messages,
    r.speed_factor,
    r.wall_ms,
    r.worker_id,
    r.attempt,
    r.create_time,
    ((q.worker_id IS NOT NULL) AND (a.agrees IS NOT TRUE)) AS quarantined
   FROM (((((motzkin.job j
     JOIN motzkin.result r ON ((r.job_id = j.id)))
     LEFT JOIN motzkin.engine e ON ((e.id = r.engine_id)))
     LEFT JOIN motzkin.duplicate d ON (((d.job_id = r.job_id) AND (d.index = r.index))))
     LEFT JOIN motzkin.quarantine q ON (((q.worker_id = r.worker_id) AND (q.begin_time <= r.create_time))))
     LEFT JOIN motzkin.audit a ON (((q.worker_id IS NOT NULL) AND (a.job_id = r.job_id) AND (a.index = r.index))));

CREATE VIEW motzkin.training_data_sympy AS
 SELECT motzkin.sympy_of(training_data.integrand) AS integrand,
    motzkin.sympy_of(training_data.integral) AS integral,
    training_data.success,
    training_data.split,
    training_data.job,
    training_data.index
   FROM motzkin.training_data;

ALTER TABLE motzkin.worker ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME motzkin.worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW motzkin.worker_status AS
 SELECT w.name AS worker,
    w.state,
    w.reason,
    (w.control)::text AS control,
    w.slots,
    speed.functions_per_minute,
    speed.integrated_per_minute,
    w.last_seen,
    NULLIF(w.temperature, (0)::double precision) AS temperature,
    w.sandbox_level,
    w.build,
    w.engines,
    w.uuid
   FROM motzkin.worker w,
    LATERAL ( SELECT COALESCE(round(((sum(t.functions))::numeric / 5.0), 1), (0)::numeric) AS functions_per_minute,
            COALESCE(round(((sum(t.integrated))::numeric / 5.0), 1), (0)::numeric) AS integrated_per_minute
           FROM motzkin.throughput_minute t
          WHERE ((t.worker_id = w.id) AND (t.minute >= (date_trunc('minute'::text, now()) - '00:05:00'::interval)) AND (t.minute < date_trunc('minute'::text, now())))) speed
  WHERE (w.control <> 'removed'::motzkin.worker_control);

CREATE VIEW motzkin.workers AS
 SELECT w.id AS worker_id,
    w.name AS worker,
    w.uuid
   FROM motzkin.worker w;

ALTER TABLE ONLY motzkin.archive
    ADD CONSTRAINT archive_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY motzkin.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (job_id, index);

ALTER TABLE ONLY motzkin.batch
    ADD CONSTRAINT batch_begin_key UNIQUE (job_id, begin_index);

ALTER TABLE ONLY motzkin.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (job_id, batch);

ALTER TABLE ONLY motzkin.cluster
    ADD CONSTRAINT cluster_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY motzkin.duplicate
    ADD CONSTRAINT duplicate_pkey PRIMARY KEY (job_id, index);

ALTER TABLE ONLY motzkin.engine
    ADD CONSTRAINT engine_name_version_key UNIQUE (name, version);

ALTER TABLE ONLY motzkin.engine
    ADD CONSTRAINT engine_pkey PRIMARY KEY (id);

ALTER TABLE ONLY motzkin.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY motzkin.invite
    ADD CONSTRAINT invite_pkey PRIMARY KEY (secret_sha256);

ALTER TABLE ONLY motzkin.job
    ADD CONSTRAINT job_name_key UNIQUE (name);

ALTER TABLE ONLY motzkin.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY motzkin.job
    ADD CONSTRAINT job_request_id_key UNIQUE (request_id);

ALTER TABLE ONLY motzkin.job
    ADD CONSTRAINT job_uuid_key UNIQUE (uuid);

ALTER TABLE ONLY motzkin.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (job_id, batch, attempt);

ALTER TABLE ONLY motzkin.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (key_sha256);

ALTER TABLE ONLY motzkin.notation
    ADD CONSTRAINT notation_pkey PRIMARY KEY (token);

ALTER TABLE ONLY motzkin.page_password
    ADD CONSTRAINT page_password_pkey PRIMARY KEY (one);

ALTER TABLE ONLY motzkin.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY motzkin.recent_result
    ADD CONSTRAINT recent_result_pkey PRIMARY KEY (job_id, outcome, slot);

ALTER TABLE ONLY motzkin.result
    ADD CONSTRAINT result_pkey PRIMARY KEY (job_id, index);

ALTER TABLE ONLY motzkin.role_password
    ADD CONSTRAINT role_password_pkey PRIMARY KEY (role);

ALTER TABLE ONLY motzkin.role_password
    ADD CONSTRAINT role_password_worker_key UNIQUE (worker_uuid);

ALTER TABLE ONLY motzkin.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY motzkin.seen_function
    ADD CONSTRAINT seen_function_pkey PRIMARY KEY (job_id, canonical_hash);

ALTER TABLE ONLY motzkin.throughput_minute
    ADD CONSTRAINT throughput_minute_pkey PRIMARY KEY (minute, job_id, worker_id);

ALTER TABLE ONLY motzkin.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (id);

ALTER TABLE ONLY motzkin.worker
    ADD CONSTRAINT worker_uuid_key UNIQUE (uuid);

CREATE INDEX audit_open_idx ON motzkin.audit USING btree (job_id, index) WHERE (outcome IS NULL);

CREATE INDEX batch_open_idx ON motzkin.batch USING btree (job_id, begin_index) WHERE (NOT closed);

CREATE INDEX duplicate_first_idx ON motzkin.duplicate USING btree (job_id, first_index);

CREATE INDEX event_time_idx ON motzkin.event USING btree ("time");

CREATE UNIQUE INDEX lease_open_idx ON motzkin.lease USING btree (job_id, batch) WHERE (end_time IS NULL);

ALTER TABLE ONLY motzkin.archive
    ADD CONSTRAINT archive_job_fkey FOREIGN KEY (job_id) REFERENCES motzkin.job(id);

ALTER TABLE ONLY motzkin.audit
    ADD CONSTRAINT audit_job_fkey FOREIGN KEY (job_id) REFERENCES motzkin.job(id);

ALTER TABLE ONLY motzkin.batch
    ADD CONSTRAINT batch_job_fkey FOREIGN KEY (job_id) REFERENCES motzkin.job(id);

ALTER TABLE ONLY motzkin.lease
    ADD CONSTRAINT lease_batch_fkey FOREIGN KEY (job_id, batch) REFERENCES motzkin.batch(job_id, batch);

ALTER TABLE ONLY motzkin.lease
    ADD CONSTRAINT lease_worker_fkey FOREIGN KEY (worker_id) REFERENCES motzkin.worker(id);

ALTER TABLE ONLY motzkin.quarantine
    ADD CONSTRAINT quarantine_worker_fkey FOREIGN KEY (worker_id) REFERENCES motzkin.worker(id);

