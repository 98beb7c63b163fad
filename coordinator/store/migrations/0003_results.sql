-- 0003: results and what is derived from them.

-- Engines by exact version; rows name them by number.
CREATE TABLE engine (
    id      smallint GENERATED ALWAYS AS IDENTITY,
    name    text     NOT NULL,
    version text     NOT NULL,
    CONSTRAINT engine_pkey PRIMARY KEY (id),
    CONSTRAINT engine_name_version_key UNIQUE (name, version),
    CONSTRAINT engine_names_are_short CHECK (length(name) <= 40 AND length(version) <= 80)
);

-- The one accepted row of each function. docs/dataset.md describes every column. Wide fields first, so that
-- alignment wastes nothing. Partitioned by job, and within a job by shards of 1,000,000 indices.
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
    engine_id       smallint,             -- whose answer `integral` is
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

-- Makes the partitions that hold these indices of a job. By LIKE and ATTACH, which let readers and writers go
-- on; PARTITION OF would wait for every reader, and everyone else behind it.
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

-- First index of each distinct function below sealed_below. Written by the sealer alone, in index order, so
-- it does not depend on the order in which results arrived.
CREATE TABLE seen_function (
    job_id         integer NOT NULL,
    canonical_hash bigint  NOT NULL,
    first_index    bigint  NOT NULL,
    CONSTRAINT seen_function_pkey PRIMARY KEY (job_id, canonical_hash)
);

-- Sealed indices whose function occurs earlier in the job.
CREATE TABLE duplicate (
    job_id      integer NOT NULL,
    index       bigint  NOT NULL,
    first_index bigint  NOT NULL,
    CONSTRAINT duplicate_pkey PRIMARY KEY (job_id, index),
    CONSTRAINT first_is_earlier CHECK (first_index < index)
);

-- What each worker stored in each minute of the database's clock; kept for 90 days.
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

-- Some of the latest results of each outcome, bounded at 100 a job and outcome: a flush adds at most one of
-- each, in the slot its index falls on. For people who look; nothing depends on it.
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
