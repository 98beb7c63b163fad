-- 0002: batches and leases. The batches of a job tile the indices below its allocated_below. Each counts its
-- own stored results by outcome. begin_index never changes; a split moves end_index and adds a batch.
CREATE TABLE batch (
    job_id          integer NOT NULL,
    batch           bigint  NOT NULL,  -- counts from 0 within the job
    begin_index     bigint  NOT NULL,
    end_index       bigint  NOT NULL,
    integrated      integer NOT NULL DEFAULT 0,
    partly          integer NOT NULL DEFAULT 0,
    unsolved        integer NOT NULL DEFAULT 0,
    nonelementary   integer NOT NULL DEFAULT 0,
    timed_out       integer NOT NULL DEFAULT 0,
    memory_exceeded integer NOT NULL DEFAULT 0,
    crashed         integer NOT NULL DEFAULT 0,
    refuted         integer NOT NULL DEFAULT 0,
    unverified      integer NOT NULL DEFAULT 0,
    stored          integer NOT NULL GENERATED ALWAYS AS (
        integrated + partly + unsolved + nonelementary + timed_out + memory_exceeded + crashed + refuted + unverified
    ) STORED,
    closed          boolean NOT NULL DEFAULT false,  -- every index has its result
    revoked         boolean NOT NULL DEFAULT false,  -- set under the row lock submit_results takes
    deaths          integer NOT NULL DEFAULT 0,      -- worker instances that died holding it
    attempts        integer NOT NULL DEFAULT 0,      -- leases granted so far
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

CREATE TYPE lease_end AS ENUM ('done', 'lost', 'returned', 'died', 'revoked');

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
-- At most one open lease a batch. Serves open_leases.sql and the ends of leases.
CREATE UNIQUE INDEX lease_open_idx ON lease (job_id, batch) WHERE end_time IS NULL;
