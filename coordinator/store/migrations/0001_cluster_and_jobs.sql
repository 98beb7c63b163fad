-- 0001: the cluster, its jobs, its workers.

-- One row: which cluster this database is. Spools and workers carry the uuid; a coordinator writes only
-- while coordinator_epoch is the one it took, so an older one that woke up again changes nothing.
CREATE TABLE cluster (
    only_row          boolean     NOT NULL DEFAULT true,
    uuid              uuid        NOT NULL DEFAULT gen_random_uuid(),
    incarnation       bigint      NOT NULL DEFAULT 1,  -- raised when a backup is restored
    coordinator_epoch bigint      NOT NULL DEFAULT 0,
    create_time       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cluster_pkey PRIMARY KEY (only_row),
    CONSTRAINT cluster_has_one_row CHECK (only_row)
);
INSERT INTO cluster DEFAULT VALUES;

-- Every write transaction of a coordinator begins with this. The lock makes a coordinator that takes over
-- wait for writes in flight, and those that come later see the new epoch.
CREATE FUNCTION fence(p_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('motzkin fence'));
    IF (SELECT coordinator_epoch FROM cluster) <> p_epoch THEN
        RAISE EXCEPTION 'another coordinator took over this database' USING ERRCODE = 'MZ010';
    END IF;
END $$;

-- Takes the database over: returns the new epoch once no write of an older coordinator is in flight.
CREATE FUNCTION take_over() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    epoch bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('motzkin fence'));
    UPDATE cluster SET coordinator_epoch = coordinator_epoch + 1 RETURNING coordinator_epoch INTO epoch;
    RETURN epoch;
END $$;

-- Passwords of the login roles; nobody but the owner reads this table.
CREATE TABLE role_password (
    role     text NOT NULL,
    password text NOT NULL,
    CONSTRAINT role_password_pkey PRIMARY KEY (role)
);

-- The names are those of proto/motzkin/v1/job.proto, in its order: the n-th here is number n there.
CREATE TYPE job_state AS ENUM ('running', 'paused', 'completed', 'cancelled', 'failed');
CREATE TYPE kind AS ENUM ('forward', 'backward', 'by_parts');
CREATE TYPE answers AS ENUM ('elementary', 'special');
CREATE TYPE outcome AS ENUM ('integrated', 'partly', 'unsolved', 'nonelementary', 'timed_out', 'memory_exceeded',
                             'crashed', 'refuted', 'unverified');
CREATE TYPE answer_class AS ENUM ('elementary', 'special', 'complex');
CREATE TYPE verdict AS ENUM ('verified', 'complex_only', 'partly', 'refuted', 'unverified');

-- A job. The counters hold its sealed prefix only; open batches count for themselves, so forty writers
-- never queue on this row.
CREATE TABLE job (
    id                integer     GENERATED ALWAYS AS IDENTITY,
    uuid              uuid        NOT NULL DEFAULT gen_random_uuid(),
    request_id        uuid        NOT NULL,  -- of the call that started it: repeating the call finds it
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
    integrated        bigint      NOT NULL DEFAULT 0,
    partly            bigint      NOT NULL DEFAULT 0,
    unsolved          bigint      NOT NULL DEFAULT 0,
    nonelementary     bigint      NOT NULL DEFAULT 0,
    timed_out         bigint      NOT NULL DEFAULT 0,
    memory_exceeded   bigint      NOT NULL DEFAULT 0,
    crashed           bigint      NOT NULL DEFAULT 0,
    refuted           bigint      NOT NULL DEFAULT 0,
    unverified        bigint      NOT NULL DEFAULT 0,
    duplicates        bigint      NOT NULL DEFAULT 0,
    CONSTRAINT job_pkey PRIMARY KEY (id),
    CONSTRAINT job_uuid_key UNIQUE (uuid),
    CONSTRAINT job_request_id_key UNIQUE (request_id),
    CONSTRAINT job_name_key UNIQUE (name),
    CONSTRAINT sealed_within_allocated CHECK (0 <= sealed_below AND sealed_below <= allocated_below),
    CONSTRAINT sealed_rows_are_counted CHECK (
        integrated + partly + unsolved + nonelementary + timed_out + memory_exceeded + crashed + refuted + unverified
        = sealed_below)
) WITH (fillfactor = 50);  -- Updated with each batch; room keeps the updates on the page.

CREATE TYPE worker_control AS ENUM ('run', 'suspend', 'drain', 'removed');

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

-- What happened, for people: append-only, kept to the latest 100,000.
CREATE TABLE event (
    id   bigint      GENERATED ALWAYS AS IDENTITY,
    time timestamptz NOT NULL DEFAULT now(),
    kind text        NOT NULL,
    text text        NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (id)
);
-- Serves events.sql: the latest since a time.
CREATE INDEX event_time_idx ON event (time);
