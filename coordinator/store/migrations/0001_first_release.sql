-- 0001 makes the schema of the first release. Its parts follow in the order in which they need each other: the cluster,
-- jobs and workers; batches and leases; results; audits; archives; functions that workers call; views that people
-- query. docs/dataset.md describes every public column.

----------------------------------------------------------------------------------------------- the cluster

-- Returns which database of which server this is. A restored one is another.
CREATE FUNCTION this_database() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT s.system_identifier || '/' || d.oid
      FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()
$$;

-- The single row says which cluster this database is. Spools and workers carry the uuid. A coordinator writes only
-- while coordinator_epoch is the one that it took, so an older one that woke up again changes nothing.
CREATE TABLE cluster (
    only_row          boolean     NOT NULL DEFAULT true,
    uuid              uuid        NOT NULL DEFAULT gen_random_uuid(),
    incarnation       bigint      NOT NULL DEFAULT 1,  -- raised when a backup is restored
    coordinator_epoch bigint      NOT NULL DEFAULT 0,
    -- The server process that serves the coordinator, and when it began: its number may be another's later.
    holder_pid        integer,
    holder_start      timestamptz,
    home              text        NOT NULL DEFAULT this_database(),  -- differs after a restore, until mark_restored()
    create_time       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cluster_pkey PRIMARY KEY (only_row),
    CONSTRAINT cluster_has_one_row CHECK (only_row)
);
INSERT INTO cluster DEFAULT VALUES;

-- Makes this session the one that holds the database for its coordinator. Returns false if the session of another one
-- lives. The database is held by a row and no advisory lock, because every role may take advisory locks and see their
-- keys; only the owner may lock or change this row.
CREATE FUNCTION hold_database() RETURNS boolean LANGUAGE plpgsql AS $$
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

-- Every write transaction of a coordinator begins with this. The row lock makes a coordinator that takes over
-- wait for writes in flight, and those that come later see the new epoch.
CREATE FUNCTION fence(p_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM cluster WHERE coordinator_epoch = p_epoch FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another coordinator took over this database' USING ERRCODE = 'MZ010';
    END IF;
END $$;

-- Takes the database over: returns the new epoch once no write of an older coordinator is in flight.
CREATE FUNCTION take_over() RETURNS bigint LANGUAGE sql AS $$
    UPDATE cluster SET coordinator_epoch = coordinator_epoch + 1 RETURNING coordinator_epoch
$$;

-- Attempts of the present incarnation count from here, so attempt numbers of different incarnations never meet:
-- no lease from before a restore is mistaken for one from after it.
CREATE FUNCTION attempts_before() RETURNS integer LANGUAGE sql STABLE SET search_path = motzkin, pg_temp AS $$
    SELECT ((incarnation - 1) * 1000000)::integer FROM cluster
$$;

-- Makes this database the next incarnation of its cluster after it was restored from a backup. Workers may hold
-- leases that were granted after the backup was taken, and may have been told that rows are stored which the backup
-- lacks. So all leases end, and everything unfinished is granted anew with what is stored here. `motzkin restore`
-- calls this; a database that is brought back by other means needs the call by hand before a coordinator starts.
-- Returns the incarnation.
CREATE FUNCTION mark_restored(p_backup_time timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = motzkin, pg_temp AS $$
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

-- Events, told for people. The table is append-only and kept to the latest 100,000.
CREATE TABLE event (
    id   bigint      GENERATED ALWAYS AS IDENTITY,
    time timestamptz NOT NULL DEFAULT now(),
    kind text        NOT NULL,
    text text        NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (id)
);
-- Serves events.sql, which reads the latest since a time.
CREATE INDEX event_time_idx ON event (time);

------------------------------------------------------------------------------------------ words and numbers

-- The names are those of proto/motzkin/v1/job.proto, in its order: the n-th here is number n there.
CREATE TYPE job_state AS ENUM ('running', 'paused', 'completed', 'cancelled', 'failed');
CREATE TYPE kind AS ENUM ('forward', 'backward', 'by_parts');
CREATE TYPE answers AS ENUM ('elementary', 'special');
CREATE TYPE outcome AS ENUM ('integrated', 'partly', 'unsolved', 'nonelementary', 'timed_out', 'memory_exceeded',
                             'crashed', 'refuted', 'unverified');
CREATE TYPE answer_class AS ENUM ('elementary', 'special', 'complex');
CREATE TYPE verdict AS ENUM ('verified', 'complex_only', 'partly', 'refuted', 'unverified');

CREATE TYPE worker_control AS ENUM ('run', 'suspend', 'drain', 'removed');
CREATE TYPE lease_end AS ENUM ('done', 'lost', 'returned', 'died', 'revoked');

-- Counts rows by outcome: the n-th number counts those with the n-th outcome. The view `progress` gives the numbers
-- names.
CREATE DOMAIN outcome_counts AS bigint[] DEFAULT '{0,0,0,0,0,0,0,0,0}'
    CONSTRAINT one_number_an_outcome CHECK (cardinality(VALUE) = 9);

-- These functions are loops and not queries: they run with every flush, and a loop needs no plan.
CREATE FUNCTION total_of(p_counts bigint[]) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total bigint := 0;
    n     bigint;
BEGIN
    FOREACH n IN ARRAY p_counts LOOP
        total := total + n;
    END LOOP;
    RETURN total;
END $$;

CREATE FUNCTION add_counts(p_counts bigint[], p_more bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR n IN 1 .. cardinality(p_counts) LOOP
        p_counts[n] := p_counts[n] + p_more[n];
    END LOOP;
    RETURN p_counts;
END $$;

CREATE FUNCTION subtract_counts(p_counts bigint[], p_less bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR n IN 1 .. cardinality(p_counts) LOOP
        p_counts[n] := p_counts[n] - p_less[n];
    END LOOP;
    RETURN p_counts;
END $$;

-- Counts how often each outcome occurs in p_outcomes. NULL counts as an empty array.
CREATE FUNCTION counts_of(p_outcomes outcome[]) RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT count(given.outcome)
                   FROM unnest(enum_range(NULL::outcome)) AS every (outcome)
                   LEFT JOIN unnest(p_outcomes) AS given (outcome) USING (outcome)
                  GROUP BY every.outcome ORDER BY every.outcome);
END $$;

-------------------------------------------------------------------------------------------- jobs and workers

-- A job. Its counters hold the sealed prefix only. Open batches count for themselves, so forty writers never queue on
-- this row.
CREATE TABLE job (
    id                integer     GENERATED ALWAYS AS IDENTITY,
    uuid              uuid        NOT NULL DEFAULT gen_random_uuid(),
    request_id        uuid        NOT NULL,  -- names the call that started it: repeating the call finds it
    name              text        NOT NULL,
    spec              bytea       NOT NULL,  -- motzkin.v1.JobSpec; immutable
    spec_json         jsonb       NOT NULL,  -- the same for people
    spec_digest       bytea       NOT NULL,
    generator_version integer     NOT NULL,
    kind              kind        NOT NULL,
    answers           answers     NOT NULL,
    target            bigint      NOT NULL,  -- 0: endless
    target_integrated boolean     NOT NULL,
    state             job_state   NOT NULL DEFAULT 'running',
    reason            text        NOT NULL DEFAULT '',
    create_time       timestamptz NOT NULL DEFAULT now(),
    allocated_below   bigint      NOT NULL DEFAULT 0,
    sealed_below      bigint      NOT NULL DEFAULT 0,
    sealed_outcomes   outcome_counts NOT NULL,
    duplicates        bigint      NOT NULL DEFAULT 0,
    CONSTRAINT job_pkey PRIMARY KEY (id),
    CONSTRAINT job_uuid_key UNIQUE (uuid),
    CONSTRAINT job_request_id_key UNIQUE (request_id),
    CONSTRAINT job_name_key UNIQUE (name),
    CONSTRAINT sealed_within_allocated CHECK (0 <= sealed_below AND sealed_below <= allocated_below),
    CONSTRAINT sealed_rows_are_counted CHECK (total_of(sealed_outcomes) = sealed_below)
) WITH (fillfactor = 50);  -- Updated with each batch; room keeps the updates on the page.

CREATE TABLE worker (
    id            integer        GENERATED ALWAYS AS IDENTITY,
    uuid          uuid           NOT NULL,
    name          text           NOT NULL,
    instance      bigint         NOT NULL,
    control       worker_control NOT NULL DEFAULT 'run',  -- the owner's order
    state         text           NOT NULL,
    reason        text           NOT NULL DEFAULT '',
    slots         integer        NOT NULL DEFAULT 0,
    temperature   real           NOT NULL DEFAULT 0,
    sandbox_level text           NOT NULL DEFAULT '',
    build         text           NOT NULL DEFAULT '',
    engines       jsonb          NOT NULL DEFAULT '{}',
    last_seen     timestamptz    NOT NULL DEFAULT now(),
    create_time   timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT worker_pkey PRIMARY KEY (id),
    CONSTRAINT worker_uuid_key UNIQUE (uuid)
) WITH (fillfactor = 50);

------------------------------------------------------------------------------------------ batches and leases

-- The batches of a job tile the indices below its allocated_below. Each counts its own stored results by outcome.
-- begin_index never changes; a split moves end_index and adds a batch.
CREATE TABLE batch (
    job_id      integer NOT NULL,
    batch       bigint  NOT NULL,  -- counts from 0 within the job
    begin_index bigint  NOT NULL,
    end_index   bigint  NOT NULL,
    outcomes    outcome_counts NOT NULL,
    stored      integer NOT NULL GENERATED ALWAYS AS (total_of(outcomes)::integer) STORED,
    closed      boolean NOT NULL DEFAULT false,  -- every index has its result
    revoked     boolean NOT NULL DEFAULT false,  -- set under the row lock submit_results takes
    deaths      integer NOT NULL DEFAULT 0,      -- worker instances that died holding it
    attempts    integer NOT NULL DEFAULT attempts_before(),  -- leases granted so far
    CONSTRAINT batch_pkey PRIMARY KEY (job_id, batch),
    CONSTRAINT batch_job_fkey FOREIGN KEY (job_id) REFERENCES job,
    -- Also serves the sealer's walk and the look for the batches of a range.
    CONSTRAINT batch_begin_key UNIQUE (job_id, begin_index),
    CONSTRAINT range_not_empty CHECK (begin_index >= 0 AND begin_index < end_index),
    CONSTRAINT stored_within_range CHECK (stored BETWEEN 0 AND end_index - begin_index),
    CONSTRAINT closed_means_full CHECK (closed = (stored = end_index - begin_index))
) WITH (fillfactor = 50);
-- Serves open_batches.sql. On `closed`, which changes once, and not on `stored`: an index on what every flush
-- changes would take those updates off their page.
CREATE INDEX batch_open_idx ON batch (job_id, begin_index) WHERE NOT closed;

-- One grant of a batch to a worker, with the range it had then: results of exactly these indices are taken
-- from this worker, also after the lease ended and after the batch was split.
CREATE TABLE lease (
    job_id      integer     NOT NULL,
    batch       bigint      NOT NULL,
    attempt     integer     NOT NULL,
    worker_id   integer     NOT NULL,
    instance    bigint      NOT NULL,
    begin_index bigint      NOT NULL,
    end_index   bigint      NOT NULL,
    grant_time  timestamptz NOT NULL DEFAULT now(),
    end_time    timestamptz,
    end_why     lease_end,
    CONSTRAINT lease_pkey PRIMARY KEY (job_id, batch, attempt),
    CONSTRAINT lease_batch_fkey FOREIGN KEY (job_id, batch) REFERENCES batch,
    CONSTRAINT lease_worker_fkey FOREIGN KEY (worker_id) REFERENCES worker,
    CONSTRAINT ended_for_a_reason CHECK ((end_time IS NULL) = (end_why IS NULL))
) WITH (fillfactor = 80);
-- Allows one open lease a batch. Serves open_leases.sql and the ends of leases.
CREATE UNIQUE INDEX lease_open_idx ON lease (job_id, batch) WHERE end_time IS NULL;

-- Counts the rows of each job by outcome, sealed or not. The sums are written out by number, because the coordinator
-- reads this with every poll, and through unnest() it takes three times as long.
CREATE VIEW job_outcomes AS
SELECT j.id AS job_id, j.sealed_below + open.stored AS stored, open.outcomes
  FROM job j,
       LATERAL (SELECT coalesce(sum(b.stored), 0) AS stored,
                       ARRAY[j.sealed_outcomes[1] + coalesce(sum(b.outcomes[1]), 0),
                             j.sealed_outcomes[2] + coalesce(sum(b.outcomes[2]), 0),
                             j.sealed_outcomes[3] + coalesce(sum(b.outcomes[3]), 0),
                             j.sealed_outcomes[4] + coalesce(sum(b.outcomes[4]), 0),
                             j.sealed_outcomes[5] + coalesce(sum(b.outcomes[5]), 0),
                             j.sealed_outcomes[6] + coalesce(sum(b.outcomes[6]), 0),
                             j.sealed_outcomes[7] + coalesce(sum(b.outcomes[7]), 0),
                             j.sealed_outcomes[8] + coalesce(sum(b.outcomes[8]), 0),
                             j.sealed_outcomes[9] + coalesce(sum(b.outcomes[9]), 0)]::bigint[] AS outcomes
                  FROM batch b WHERE b.job_id = j.id AND b.begin_index >= j.sealed_below) open;

---------------------------------------------------------------------------------------------------- results

-- Lists engines by exact version, as workers announced them. Rows name them by number. Only the coordinator adds to it:
-- submissions that name other engines are refused, so none of them uses up numbers.
CREATE TABLE engine (
    id      integer  GENERATED ALWAYS AS IDENTITY,
    name    text     NOT NULL,
    version text     NOT NULL,
    CONSTRAINT engine_pkey PRIMARY KEY (id),
    CONSTRAINT engine_name_version_key UNIQUE (name, version),
    CONSTRAINT engine_names_are_short CHECK (length(name) <= 40 AND length(version) <= 80)
);
-- Stands in steps that no engine took.
INSERT INTO engine (name, version) VALUES ('', '');

-- Holds the one accepted row of each function. docs/dataset.md describes every column. Wide fields come first, so that
-- alignment wastes nothing. The table is partitioned by job, and within a job into shards of 1,000,000 indices.
CREATE TABLE result (
    index           bigint      NOT NULL,
    canonical_hash  bigint      NOT NULL,
    skeleton_hash   bigint      NOT NULL,
    create_time     timestamptz NOT NULL DEFAULT now(),
    job_id          integer     NOT NULL,
    worker_id       integer     NOT NULL,
    attempt         integer     NOT NULL,
    outcome         outcome     NOT NULL,
    wall_ms         integer     NOT NULL,
    speed_factor    real        NOT NULL,
    answer_class    answer_class,
    verdict         verdict,
    engine_id       integer,              -- whose answer `integral` is
    points_agreed   smallint    NOT NULL,
    points_differed smallint    NOT NULL,
    precision_bits  smallint    NOT NULL,
    has_abs         boolean     NOT NULL,
    integrand       text        NOT NULL,
    integral        text,
    -- One line a step of the ladder: engine id, outcome number, engine CPU us, peak kB, verifier CPU us.
    steps           integer[],
    messages        text[],               -- one a step; NULL when no step said anything
    counterexample  text,
    valid_on        double precision[],   -- lower, upper, lower, upper, ...
    CONSTRAINT result_pkey PRIMARY KEY (job_id, index),
    CONSTRAINT integrand_not_empty CHECK (integrand <> ''),
    CONSTRAINT integral_within_64_kb CHECK (octet_length(integral) <= 65536),
    CONSTRAINT integrated_has_integral CHECK (outcome <> 'integrated' OR integral IS NOT NULL),
    CONSTRAINT steps_have_five_numbers CHECK (array_length(steps, 2) = 5)
) PARTITION BY LIST (job_id);

-- Makes the partitions that hold these indices of a job. It uses LIKE and ATTACH, which let readers and writers go on.
-- PARTITION OF would wait for every reader, and all others would queue behind it.
CREATE FUNCTION ensure_partitions(p_job_id integer, p_begin bigint, p_end bigint) RETURNS void
LANGUAGE plpgsql AS $$
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

-- Holds the first index of each distinct function below sealed_below. Only the sealer writes it, in index order, so it
-- does not depend on the order in which results arrived.
CREATE TABLE seen_function (
    job_id         integer NOT NULL,
    canonical_hash bigint  NOT NULL,
    first_index    bigint  NOT NULL,
    CONSTRAINT seen_function_pkey PRIMARY KEY (job_id, canonical_hash)
);

-- Holds the sealed indices whose function occurs earlier in the job.
CREATE TABLE duplicate (
    job_id      integer NOT NULL,
    index       bigint  NOT NULL,
    first_index bigint  NOT NULL,
    CONSTRAINT duplicate_pkey PRIMARY KEY (job_id, index),
    CONSTRAINT first_is_earlier CHECK (first_index < index)
);
-- Serves duplicates.sql of the exports, which asks how often each function of a range was drawn.
CREATE INDEX duplicate_first_idx ON duplicate (job_id, first_index);

-- Counts the results that each worker stored in each minute of the database's clock. Rows are kept for 90 days.
CREATE TABLE throughput_minute (
    minute      timestamptz NOT NULL,
    job_id      integer     NOT NULL,
    worker_id   integer     NOT NULL,
    functions   integer     NOT NULL,
    integrated  integer     NOT NULL,
    cas_us      bigint      NOT NULL,  -- CPU of engines
    verifier_us bigint      NOT NULL,  -- CPU of verifiers
    CONSTRAINT throughput_minute_pkey PRIMARY KEY (minute, job_id, worker_id)
) WITH (fillfactor = 70);

-- Holds some of the latest results, at most 100 a job and outcome: a flush adds at most one of each outcome, in the
-- slot that its index falls on. Only people look at it; nothing depends on it.
CREATE TABLE recent_result (
    job_id    integer     NOT NULL,
    outcome   outcome     NOT NULL,
    slot      smallint    NOT NULL,
    index     bigint      NOT NULL,
    worker_id integer     NOT NULL,
    time      timestamptz NOT NULL DEFAULT now(),
    engine    text        NOT NULL,  -- that answered, or whose message this is
    message   text        NOT NULL,
    integrand text        NOT NULL,
    integral  text,
    CONSTRAINT recent_result_pkey PRIMARY KEY (job_id, outcome, slot),
    CONSTRAINT slots_are_bounded CHECK (slot BETWEEN 0 AND 99)
);

-- Splits functions into train (230 of 256), valid (13) and test (13) by the first byte of a salted hash, so the split
-- is the same in every cluster. common/results/split.h does the same.
CREATE FUNCTION split_of(p_skeleton_hash bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (ARRAY['train', 'valid', 'test'])
           [1 + width_bucket(get_byte(sha256('motzkin split 1'::bytea || int8send(p_skeleton_hash)), 0), ARRAY[230, 243])]
$$;

-- Returns the label to train on: true, false, or NULL if the outcome gives no label that can be trusted.
CREATE FUNCTION label_of(p_outcome outcome, p_class answer_class, p_answers answers) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_outcome = 'integrated' AND p_class = 'elementary' THEN true
        WHEN p_outcome = 'integrated' AND p_class = 'special' AND p_answers = 'special' THEN true
        WHEN p_outcome IN ('unsolved', 'timed_out', 'nonelementary') THEN false
    END
$$;

----------------------------------------------------------------------------------------------------- audits

-- One in 200 of the negative labels is computed again with ten times the budget, on another machine where there is
-- one, to measure how often such a label is wrong. An audit never changes a label.

-- Whether a negative is audited depends on the job's seed and the index alone, so a second run of a job audits the
-- same ones.
CREATE FUNCTION is_audited(p_seed text, p_index bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (get_byte(h, 0) * 65536 + get_byte(h, 1) * 256 + get_byte(h, 2)) % 200 = 0
      FROM sha256(convert_to('motzkin audit 1 ' || p_seed || ' ' || p_index, 'UTF8')) h
$$;

-- The sealer writes this with the prefix, so it is complete for all sealed rows. Its open rows are the audits that
-- remain to be done. They need no lease: the coordinator's memory decides who computes an audit, and the first answer
-- counts.
CREATE TABLE audit (
    job_id          integer     NOT NULL,
    index           bigint      NOT NULL,
    first_outcome   outcome     NOT NULL,
    first_worker_id integer     NOT NULL,
    -- These are the answer of the patient run, and all NULL until it came.
    outcome         outcome,
    answer_class    answer_class,
    integral        text,
    budget_factor   smallint,             -- multiplied the budgets, as did speed_factor
    speed_factor    real,
    cpu_us          bigint,               -- of its engines
    worker_id       integer,
    audit_time      timestamptz,
    CONSTRAINT audit_pkey PRIMARY KEY (job_id, index),
    CONSTRAINT audit_job_fkey FOREIGN KEY (job_id) REFERENCES job,
    CONSTRAINT audited_by_someone CHECK ((outcome IS NULL) = (worker_id IS NULL))
) WITH (fillfactor = 80);
-- Serves open_audits.sql.
CREATE INDEX audit_open_idx ON audit (job_id, index) WHERE outcome IS NULL;

--------------------------------------------------------------------------------------------------- archives

-- A job that is over may have its rows in files alone (motzkin archive JOB DIR --drop). The job stays, with its
-- totals; this table says that its rows are elsewhere, and is written before the first of them goes.
CREATE TABLE archive (
    job_id       integer     NOT NULL,
    rows         bigint      NOT NULL,  -- stored ones, all of them in the files
    audited      bigint      NOT NULL,
    flips        bigint      NOT NULL,  -- of the audited: for label_flips, whose rows go too
    sha256       bytea       NOT NULL,  -- of the files' SHA256SUMS
    archive_time timestamptz NOT NULL DEFAULT now(),
    drop_time    timestamptz,           -- when the last row was dropped; NULL: to be gone on with
    CONSTRAINT archive_pkey PRIMARY KEY (job_id),
    CONSTRAINT archive_job_fkey FOREIGN KEY (job_id) REFERENCES job,
    CONSTRAINT sha256_has_32_bytes CHECK (octet_length(sha256) = 32)
);

-- Does one step of dropping an archived job: it drops a partition, or at most p_rows rows of a table. Returns true if
-- there is more to do. Each step is small and a transaction of its own, so that no session waits for it and a crash
-- loses only that step. Dropping a partition takes a lock that every reader of results blocks, and all later readers
-- queue behind the waiting lock. So it waits no longer than people notice, and the caller tries again.
CREATE FUNCTION drop_archived(p_job_id integer, p_rows integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    part    regclass;
    named   text;
    deleted bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM archive WHERE job_id = p_job_id) THEN
        RAISE EXCEPTION 'job % is not archived', p_job_id USING ERRCODE = 'MZ011';
    END IF;
    PERFORM set_config('lock_timeout', '200ms', true);
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
END $$;

--------------------------------------------------------------------------------------- what workers may call

-- A worker sends one function in these two types. They hold the fields of motzkin.v1.Result, with empty texts and zeros
-- for those that it lacks. Every worker knows the two types. A later release that sends more adds types and functions
-- beside these, and drops these when no worker that uses them is served any more.
CREATE TYPE submitted_step AS (
    engine         text,
    engine_version text,
    outcome        integer,
    cpu_us         bigint,
    rss_kb         bigint,
    verifier_us    bigint,
    message        text
);
CREATE TYPE submitted_result AS (
    index           bigint,
    outcome         integer,
    integrand       text,
    integral        text,
    canonical_hash  bigint,
    skeleton_hash   bigint,
    engine          text,  -- whose answer `integral` is
    engine_version  text,
    answer_class    integer,
    has_abs         boolean,
    verdict         integer,
    points_agreed   integer,
    points_differed integer,
    precision_bits  integer,
    counterexample  text,
    valid_on        double precision[],
    speed_factor    double precision,
    wall_ms         bigint,
    steps           submitted_step[]
);

-- Refuses what no worker of ours would send. Workers shorten their rows first (MakeStorable()) and the relay checks them
-- too, but a role that may call the functions below may send anything: a text of a hundred megabytes would stay in the
-- database for good, and break every program that reads it. p_engines are those that a step may name.
CREATE FUNCTION check_submitted(p_results submitted_result[], p_engines text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
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
END $$;

-- Makes the commit of this transaction wait for the disk, whatever the session or the defaults of its role say: a worker
-- forgets a row when it is told that the row is stored. The setting at the commit counts, so it is set for the
-- rest of the transaction; one in the head of a function would end with that function.
CREATE FUNCTION commit_durably() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- Returns the engines that a row of this job may name: those of its ladder, and the generator, whose own answers count
-- as made by `construction`.
CREATE FUNCTION engines_of(p_spec_json jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(step ->> 'engine') || 'construction'::text FROM jsonb_array_elements(p_spec_json -> 'ladder') step
$$;

-- Stores the results of a batch in one transaction. It is idempotent: the primary key (job, index) decides which row
-- counts, the batch row counts them, and its lock orders all writers.
--
-- Locks are taken in one global order - batches by begin_index, recent_result by outcome,
-- throughput_minute - so two submissions never deadlock.
--
-- Errors: MZ001 not this worker's batch; MZ002 another spec; MZ003 another generator; MZ004 an index
-- outside of the lease; MZ005 a malformed call; 42501 the worker was removed; 22 and 23 a bad row; 57M01 an engine of a
-- version that no worker announced, which an honest worker sends again once the coordinator has stored its announcement.
CREATE FUNCTION submit_results(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_batch bigint, p_attempt integer,
    p_results submitted_result[]
) RETURNS integer[]  -- one a result: 1 stored, 2 was stored already, 3 revoked
LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
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
    handled bigint[] := '{}';
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

    -- Usually one batch, the leased one. After splits its range has several; a split that commits while we
    -- wait for its lock leaves rows uncovered, which the next look finds in the new batch.
    FOR look IN 1 .. 3 LOOP
        FOR part IN
            SELECT b.batch, b.begin_index, b.end_index, b.revoked,
                   (SELECT count(*) FROM unnest(indices) i WHERE i >= b.begin_index AND i < b.end_index) AS given
              FROM batch b
             WHERE b.job_id = held.job_id AND b.begin_index >= held.begin_index AND b.begin_index < held.end_index
               AND b.batch <> ALL (handled)
               AND EXISTS (SELECT FROM unnest(indices) i WHERE i >= b.begin_index AND i < b.end_index)
             ORDER BY b.begin_index
               FOR UPDATE OF b
        LOOP
            handled := handled || part.batch;
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
        EXIT WHEN covered >= result_count;
    END LOOP;
    IF covered < result_count THEN
        RAISE EXCEPTION 'batch % of job %: split again and again meanwhile', p_batch, held.name USING ERRCODE = '40001';
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

-- Stores the answers of a worker that computed functions again, in one transaction. It is idempotent: the first answer
-- counts. The errors are the same as above.
CREATE FUNCTION submit_audits(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_budget_factor integer,
    p_results submitted_result[]
) RETURNS integer[]  -- one a function: 1 stored, 2 was audited already, 3 not to be audited
LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
DECLARE
    result_count constant integer := coalesce(cardinality(p_results), 0);
    indices bigint[];
    held    record;
    known   bigint[];
    changed bigint[];
BEGIN
    IF result_count NOT BETWEEN 1 AND 256 OR (p_budget_factor BETWEEN 1 AND 1000) IS NOT TRUE THEN
        RAISE EXCEPTION 'a submission holds 1 to 256 audits with 1 to 1000 times the budget' USING ERRCODE = 'MZ005';
    END IF;
    PERFORM commit_durably();
    indices := ARRAY(SELECT r.index FROM unnest(p_results) r);
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
    -- In index order, as every writer of several rows must.
    SELECT array_agg(a.index) INTO known
      FROM (SELECT index FROM audit WHERE job_id = held.job_id AND index = ANY (indices)
             ORDER BY index FOR UPDATE) a;
    WITH updated AS (
        UPDATE audit a
           SET outcome = (enum_range(NULL::outcome))[g.outcome],
               answer_class = (enum_range(NULL::answer_class))[g.answer_class],
               integral = nullif(g.integral, ''), budget_factor = p_budget_factor, speed_factor = g.speed_factor,
               cpu_us = (SELECT coalesce(sum(s.cpu_us), 0) FROM unnest(g.steps) s),
               worker_id = held.worker_id, audit_time = now()
          FROM unnest(p_results) g
         WHERE a.job_id = held.job_id AND a.index = g.index AND a.outcome IS NULL
        RETURNING a.index)
    SELECT array_agg(index) INTO changed FROM updated;
    RETURN (SELECT array_agg(CASE WHEN i = ANY (changed) THEN 1 WHEN i = ANY (known) THEN 2 ELSE 3 END
                             ORDER BY position)
              FROM unnest(indices) WITH ORDINALITY AS given(i, position));
END $$;

------------------------------------------------------------------------------------------- what people query

-- All of these answer from counters and bounded tables; only the training views and engine_steps read results.

CREATE VIEW progress AS
SELECT j.name AS job, j.state::text AS state, j.reason AS blocked, j.target,
       CASE WHEN j.target_integrated THEN j.sealed_outcomes[1] ELSE o.stored END AS done,
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
       speed.functions_per_minute, speed.integrated_per_minute,
       CASE WHEN j.state = 'running' AND j.target > 0 THEN
           make_interval(mins => ceil(greatest(0, CASE WHEN j.target_integrated
               THEN (j.target - j.sealed_outcomes[1]) / nullif(speed.integrated_per_minute, 0)
               ELSE (j.target - o.stored) / nullif(speed.functions_per_minute, 0) END))::integer)
       END AS eta,
       bytes.bytes, j.create_time AS started,
       a.archive_time AS archived  -- when its rows went into files; NULL: they are here
  FROM job j
  JOIN job_outcomes o ON o.job_id = j.id
  LEFT JOIN archive a ON a.job_id = j.id,
       LATERAL (SELECT coalesce(round(sum(functions) / 5.0, 1), 0) AS functions_per_minute,
                       coalesce(round(sum(integrated) / 5.0, 1), 0) AS integrated_per_minute
                  FROM throughput_minute t
                 WHERE t.job_id = j.id AND t.minute >= date_trunc('minute', now()) - interval '5 min'
                   AND t.minute < date_trunc('minute', now())) speed,
       LATERAL (SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint AS bytes
                  FROM pg_partition_tree(to_regclass('motzkin.result_j' || j.id)) WHERE isleaf) bytes;

CREATE VIEW worker_status AS
SELECT w.name AS worker, w.state, w.reason, w.control::text AS control, w.slots,
       speed.functions_per_minute, speed.integrated_per_minute, w.last_seen,
       nullif(w.temperature, 0) AS temperature, w.sandbox_level, w.build, w.engines, w.uuid
  FROM worker w,
       LATERAL (SELECT coalesce(round(sum(functions) / 5.0, 1), 0) AS functions_per_minute,
                       coalesce(round(sum(integrated) / 5.0, 1), 0) AS integrated_per_minute
                  FROM throughput_minute t
                 WHERE t.worker_id = w.id AND t.minute >= date_trunc('minute', now()) - interval '5 min'
                   AND t.minute < date_trunc('minute', now())) speed
 WHERE w.control <> 'removed';

CREATE VIEW throughput AS
SELECT t.minute, j.name AS job, w.name AS worker, t.functions, t.integrated,
       t.cas_us / 1e6 AS cas_seconds, t.verifier_us / 1e6 AS verifier_seconds
  FROM throughput_minute t JOIN job j ON j.id = t.job_id JOIN worker w ON w.id = t.worker_id;

CREATE VIEW failures AS
SELECT r.time, j.name AS job, r.index, r.outcome::text AS outcome, r.engine, r.message, r.integrand, w.name AS worker
  FROM recent_result r JOIN job j ON j.id = r.job_id JOIN worker w ON w.id = r.worker_id
 WHERE r.outcome <> 'integrated'
 ORDER BY r.time DESC;

CREATE VIEW training_data_all AS
SELECT r.integrand, r.integral, label_of(r.outcome, r.answer_class, j.answers) AS success,
       split_of(r.skeleton_hash) AS split, j.name AS job, r.index, j.kind::text AS kind, r.outcome::text AS outcome,
       r.answer_class::text AS answer_class, r.has_abs,
       r.index < j.sealed_below AS sealed, d.first_index AS duplicate_of,
       e.name AS engine, e.version AS engine_version, r.verdict::text AS verdict, r.points_agreed, r.points_differed,
       r.precision_bits, r.counterexample, r.valid_on, r.canonical_hash, r.skeleton_hash, r.steps, r.messages,
       r.speed_factor, r.wall_ms, r.worker_id, r.attempt, r.create_time
  FROM job j
  JOIN result r ON r.job_id = j.id
  LEFT JOIN engine e ON e.id = r.engine_id
  LEFT JOIN duplicate d ON d.job_id = r.job_id AND d.index = r.index;

-- Shows the reference's three columns and their split, for rows that are sealed, labelled, forward and no duplicates.
CREATE VIEW training_data AS
SELECT r.integrand,
       CASE WHEN r.outcome = 'integrated' THEN r.integral END AS integral,
       label_of(r.outcome, r.answer_class, j.answers) AS success,
       split_of(r.skeleton_hash) AS split, j.name AS job, r.index
  FROM job j
  JOIN result r ON r.job_id = j.id AND r.index < j.sealed_below
 WHERE j.kind = 'forward'
   AND label_of(r.outcome, r.answer_class, j.answers) IS NOT NULL
   AND NOT EXISTS (SELECT FROM duplicate d WHERE d.job_id = r.job_id AND d.index = r.index);

-- Shows one row for each step of a function's ladder.
CREATE VIEW engine_steps AS
SELECT j.name AS job, r.index, n AS step, e.name AS engine, e.version AS engine_version,
       ((enum_range(NULL::outcome))[r.steps[n][2]])::text AS outcome, r.steps[n][3] AS cpu_us, r.steps[n][4] AS rss_kb,
       r.steps[n][5] AS verifier_us, coalesce(r.messages[n], '') AS message
  FROM job j
  JOIN result r ON r.job_id = j.id
 CROSS JOIN LATERAL generate_subscripts(r.steps, 1) n
  LEFT JOIN engine e ON e.id = r.steps[n][1];

-- Shows one row for each audited function, open audits included.
CREATE VIEW audits AS
SELECT j.name AS job, a.index, a.first_outcome::text AS first_outcome, a.outcome::text AS outcome,
       a.answer_class::text AS answer_class, label_of(a.outcome, a.answer_class, j.answers) AS success,
       a.integral, a.budget_factor, a.speed_factor, a.cpu_us, f.name AS first_worker, w.name AS worker, a.audit_time
  FROM audit a
  JOIN job j ON j.id = a.job_id
  LEFT JOIN worker f ON f.id = a.first_worker_id
  LEFT JOIN worker w ON w.id = a.worker_id;

-- Estimates from the audits how often a negative label is wrong: `share` is the part of the audited that are positive
-- with ten times the budget, with its 95 % interval (Wilson). An archived job shows its numbers from when it was
-- archived.
CREATE VIEW label_flips AS
SELECT j.name AS job, n.open, n.audited, n.flips,
       n.flips / nullif(n.audited, 0)::double precision AS share,
       w.centre - w.half AS lower, w.centre + w.half AS upper
  FROM job j
  LEFT JOIN archive k ON k.job_id = j.id,
       LATERAL (SELECT CASE WHEN k.job_id IS NULL THEN count(*) FILTER (WHERE a.outcome IS NULL) ELSE 0 END AS open,
                       coalesce(k.audited, count(*) FILTER (WHERE a.outcome IS NOT NULL)) AS audited,
                       coalesce(k.flips, count(*) FILTER (WHERE label_of(a.outcome, a.answer_class, j.answers))) AS flips
                  FROM audit a WHERE a.job_id = j.id) n,
       LATERAL (SELECT n.audited::double precision AS audited, n.flips / nullif(n.audited, 0)::double precision AS share,
                       1.959964::double precision AS z) p,
       LATERAL (SELECT (p.share + p.z ^ 2 / (2 * p.audited)) / (1 + p.z ^ 2 / p.audited) AS centre,
                       p.z * sqrt(p.share * (1 - p.share) / p.audited + p.z ^ 2 / (4 * p.audited ^ 2))
                           / (1 + p.z ^ 2 / p.audited) AS half
                 WHERE p.audited > 0
                UNION ALL SELECT NULL, NULL WHERE p.audited = 0) w;

---------------------------------------------------------------- what exports and archives read besides these

-- Shows each job as it was started.
CREATE VIEW jobs AS
SELECT j.name AS job, j.uuid, j.state::text AS state, j.kind::text AS kind, j.answers::text AS answers,
       j.generator_version, j.spec_digest, j.spec, j.spec_json, j.sealed_below AS sealed, j.create_time AS started,
       a.archive_time AS archived
  FROM job j
  LEFT JOIN archive a ON a.job_id = j.id;

-- Explains the numbers in training_data_all.steps by their engines.
CREATE VIEW engines AS
SELECT e.id AS engine_id, e.name AS engine, e.version AS engine_version FROM engine e;

-- Explains the numbers in training_data_all.worker_id by their machines, removed ones too.
CREATE VIEW workers AS
SELECT w.id AS worker_id, w.name AS worker, w.uuid FROM worker w;

-- Shows the sealed indices whose function occurs earlier in the job.
CREATE VIEW duplicates AS
SELECT j.name AS job, d.index, d.first_index FROM duplicate d JOIN job j ON j.id = d.job_id;

--------------------------------------------------------------------------------------------- who may log in

-- Holds the login roles, which roles.sql makes: motzkin_worker_... and motzkin_reader_... Only the owner may read it.
CREATE TABLE role_password (
    role     text        NOT NULL,
    password text        NOT NULL,
    verifier text,                  -- what Postgres keeps of the password; NULL if we may not see it
    set_time timestamptz,           -- when the password was last given to the role
    CONSTRAINT role_password_pkey PRIMARY KEY (role)
);

-- Returns the defaults of a role's sessions, as pg_roles.rolconfig shows them.
CREATE FUNCTION login_settings(p_role text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['search_path=motzkin',
                 -- A transaction that someone forgot keeps dead rows alive.
                 'idle_in_transaction_session_timeout=1min',
                 -- Without these, the sessions of machines that went away would pile up.
                 'tcp_keepalives_idle=10', 'tcp_keepalives_interval=5', 'tcp_keepalives_count=3']
           || CASE WHEN p_role LIKE 'motzkin\_reader\_%' THEN
                  ARRAY['statement_timeout=5min', 'default_transaction_read_only=on']
              ELSE ARRAY['statement_timeout=1min'] END
$$;

-- Returns how many sessions a role may have. Those of workers and readers leave a tenth to the owner, at least.
CREATE FUNCTION login_sessions_max(p_role text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT greatest(1, CASE WHEN p_role LIKE 'motzkin\_reader\_%' THEN least(10, room / 10) ELSE room * 4 / 5 END)
      FROM (SELECT current_setting('max_connections')::integer
                   - current_setting('superuser_reserved_connections')::integer AS room) server
$$;

-- Makes a login role, or sets it back to what it should be.
CREATE FUNCTION open_login(p_role text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    login   record;
    setting text;
    elsewhere name;
BEGIN
    INSERT INTO role_password (role, password)
        VALUES (p_role, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
        ON CONFLICT DO NOTHING;
    SELECT password, verifier INTO login FROM role_password WHERE role = p_role;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        EXECUTE format('CREATE ROLE %I', p_role);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT CONNECTION LIMIT %s PASSWORD %L', p_role, login_sessions_max(p_role),
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
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I', p_role);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), p_role);
    EXECUTE format('GRANT USAGE ON SCHEMA motzkin TO %I', p_role);
    IF p_role LIKE 'motzkin\_reader\_%' THEN
        EXECUTE format('GRANT SELECT ON progress, worker_status, throughput, failures, training_data, '
                       'training_data_all, engine_steps, jobs, engines, workers, duplicates, audits, label_flips TO %I',
                       p_role);
        EXECUTE format('GRANT EXECUTE ON FUNCTION split_of, label_of TO %I', p_role);
    ELSE
        EXECUTE format('GRANT EXECUTE ON FUNCTION submit_results, submit_audits TO %I', p_role);
    END IF;
    UPDATE role_password SET set_time = now() WHERE role = p_role;
    IF has_column_privilege('pg_authid', 'rolpassword', 'SELECT') THEN
        UPDATE role_password SET verifier = (SELECT rolpassword FROM pg_authid WHERE rolname = p_role)
         WHERE role = p_role;
    END IF;
END $$;

-- Sets login roles back that changed themselves: Postgres lets every role change its own password and defaults. Returns a
-- sentence for each. The coordinator calls it every few seconds. Where we may not see what Postgres keeps of a password,
-- the password is given again once a minute.
CREATE FUNCTION set_back_logins() RETURNS SETOF text LANGUAGE plpgsql AS $$
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

-- Ends sessions of workers and readers that cost all others something which no setting bounds. Returns a sentence for
-- each.
CREATE FUNCTION end_greedy_sessions() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    -- The owner needs these, to connect again or to mend something.
    reserve      constant integer := 4;
    -- Every role may LISTEN and NOTIFY. The queue, of up to 8 GB, is emptied only up to its slowest listener: one in a
    -- transaction, or one that does not read.
    queue_is_long constant boolean := pg_notification_queue_usage() > 0.0005;
    surplus integer;
    greedy  record;
BEGIN
    PERFORM pg_stat_clear_snapshot();
    SELECT reserve + count(*) + current_setting('superuser_reserved_connections')::integer
           - current_setting('max_connections')::integer
      INTO surplus
      FROM pg_stat_activity WHERE backend_type = 'client backend';
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
