-- 0009: archives. A job that is over may have its rows in files alone (motzkin archive JOB DIR --drop). The job stays,
-- with its totals; this table says that its rows are elsewhere, and is written before the first of them goes.
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

-- One step of dropping an archived job: a partition, or at most so many rows of a table. True: there is more to do.
-- Each step is small and its own transaction, so that nobody waits for it and a crash loses only that step. A
-- partition takes a lock for which every reader of results is in the way, and while that lock is waited for all others
-- queue behind: so it is not waited for longer than people notice, and the caller comes again.
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

-- The job as before, and when its rows went into files: NULL, they are here.
CREATE OR REPLACE VIEW progress AS
SELECT j.name AS job, j.state::text AS state, j.reason AS blocked, j.target,
       CASE WHEN j.target_integrated THEN j.integrated ELSE j.sealed_below + open.stored END AS done,
       j.sealed_below + open.stored AS functions,
       j.sealed_below AS sealed,
       j.duplicates,
       j.integrated + open.integrated AS integrated,
       j.partly + open.partly AS partly,
       j.unsolved + open.unsolved AS unsolved,
       j.nonelementary + open.nonelementary AS nonelementary,
       j.timed_out + open.timed_out AS timed_out,
       j.memory_exceeded + open.memory_exceeded AS memory_exceeded,
       j.crashed + open.crashed AS crashed,
       j.refuted + open.refuted AS refuted,
       j.unverified + open.unverified AS unverified,
       speed.functions_per_minute, speed.integrated_per_minute,
       CASE WHEN j.state = 'running' AND j.target > 0 THEN
           make_interval(mins => ceil(greatest(0, CASE WHEN j.target_integrated
               THEN (j.target - j.integrated) / nullif(speed.integrated_per_minute, 0)
               ELSE (j.target - j.sealed_below - open.stored) / nullif(speed.functions_per_minute, 0) END))::integer)
       END AS eta,
       bytes.bytes, j.create_time AS started, a.archive_time AS archived
  FROM job j
  LEFT JOIN archive a ON a.job_id = j.id,
       LATERAL (SELECT coalesce(sum(stored), 0) AS stored, coalesce(sum(integrated), 0) AS integrated,
                       coalesce(sum(partly), 0) AS partly, coalesce(sum(unsolved), 0) AS unsolved,
                       coalesce(sum(nonelementary), 0) AS nonelementary, coalesce(sum(timed_out), 0) AS timed_out,
                       coalesce(sum(memory_exceeded), 0) AS memory_exceeded, coalesce(sum(crashed), 0) AS crashed,
                       coalesce(sum(refuted), 0) AS refuted, coalesce(sum(unverified), 0) AS unverified
                  FROM batch b WHERE b.job_id = j.id AND b.begin_index >= j.sealed_below) open,
       LATERAL (SELECT coalesce(round(sum(functions) / 5.0, 1), 0) AS functions_per_minute,
                       coalesce(round(sum(integrated) / 5.0, 1), 0) AS integrated_per_minute
                  FROM throughput_minute t
                 WHERE t.job_id = j.id AND t.minute >= date_trunc('minute', now()) - interval '5 min'
                   AND t.minute < date_trunc('minute', now())) speed,
       LATERAL (SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint AS bytes
                  FROM pg_partition_tree(to_regclass('motzkin.result_j' || j.id)) WHERE isleaf) bytes;

CREATE OR REPLACE VIEW jobs AS
SELECT j.name AS job, j.uuid, j.state::text AS state, j.kind::text AS kind, j.answers::text AS answers,
       j.generator_version, j.spec_digest, j.spec, j.spec_json, j.sealed_below AS sealed, j.create_time AS started,
       a.archive_time AS archived
  FROM job j
  LEFT JOIN archive a ON a.job_id = j.id;

-- Of an archived job as it was then.
CREATE OR REPLACE VIEW label_flips AS
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
