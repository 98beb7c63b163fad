-- 0005: the public face: what people query. docs/dataset.md describes every column. All of these answer from
-- counters and bounded tables; only the training views read results.

-- train 230, valid 13, test 13 of 256, by the first byte of a salted hash: the same in every cluster. Equal to
-- common/results/split.h.
CREATE FUNCTION split_of(p_skeleton_hash bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (ARRAY['train', 'valid', 'test'])
           [1 + width_bucket(get_byte(sha256('motzkin split 1'::bytea || int8send(p_skeleton_hash)), 0), ARRAY[230, 243])]
$$;

-- What to train on: true, false, or NULL for what a label cannot be trusted for.
CREATE FUNCTION label_of(p_outcome outcome, p_class answer_class, p_answers answers) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN p_outcome = 'integrated' AND p_class = 'elementary' THEN true
        WHEN p_outcome = 'integrated' AND p_class = 'special' AND p_answers = 'special' THEN true
        WHEN p_outcome IN ('unsolved', 'timed_out', 'nonelementary') THEN false
    END
$$;

CREATE VIEW progress AS
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
       bytes.bytes, j.create_time AS started
  FROM job j,
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

-- The reference's three columns and their split: sealed, without duplicates, labelled, forward.
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

-- One row a step of a function's ladder.
CREATE VIEW engine_steps AS
SELECT j.name AS job, r.index, n AS step, e.name AS engine, e.version AS engine_version,
       ((enum_range(NULL::outcome))[r.steps[n][2]])::text AS outcome, r.steps[n][3] AS cpu_us, r.steps[n][4] AS rss_kb,
       r.steps[n][5] AS verifier_us, coalesce(r.messages[n], '') AS message
  FROM job j
  JOIN result r ON r.job_id = j.id
 CROSS JOIN LATERAL generate_subscripts(r.steps, 1) n
  LEFT JOIN engine e ON e.id = r.steps[n][1];
