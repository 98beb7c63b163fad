-- Audits become such that they can be believed: they cover integrals too, no worker can foretell the rows, and only the
-- worker that was asked answers.

-- A worker that knew which rows will be audited could store better ones there. The salt never leaves the
-- coordinator and its backups.
ALTER TABLE cluster ADD COLUMN audit_salt text NOT NULL
    DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

ALTER TABLE audit
    ADD COLUMN auditor_id integer,  -- who was asked last; NULL: none yet
    ADD COLUMN agrees     boolean;  -- NULL: open, or the auditor could not tell

DROP FUNCTION is_audited;
-- One row in p_one_in is audited; 0: none.
CREATE FUNCTION is_audited(p_salt text, p_job uuid, p_index bigint, p_one_in integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p_one_in > 0
       AND (get_byte(h, 0) * 65536 + get_byte(h, 1) * 256 + get_byte(h, 2)) % nullif(p_one_in, 0) = 0
      FROM sha256(convert_to('motzkin audit 2 ' || p_salt || ' ' || p_job || ' ' || p_index, 'UTF8')) h
$$;

-- A worker of whose rows an audit found one wrong. Its rows from begin_time on have no label, unless an audit agreed with
-- them, until its owner takes them back or trusts it again.
CREATE TABLE quarantine (
    worker_id   integer     PRIMARY KEY CONSTRAINT quarantine_worker_fkey REFERENCES worker,
    begin_time  timestamptz NOT NULL,
    job_id      integer     NOT NULL,
    index       bigint      NOT NULL,  -- the row that was found wrong
    auditor_id  integer     NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now()
);

-- Takes answers to audits; see submit_audits(). An answer that contradicts a row puts its worker into quarantine, from
-- the beginning of the day on which the row was stored.
CREATE FUNCTION answer_audits(p_job_id integer, p_worker_id integer, p_budget_factor integer,
                              p_results submitted_result[]) RETURNS integer[]
LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION submit_audits(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_budget_factor integer,
    p_results submitted_result[]
) RETURNS integer[]  -- one a function: 1 stored, 2 was audited already, 3 not to be audited by this worker
LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
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

CREATE OR REPLACE VIEW training_data_all AS
SELECT r.integrand, r.integral,
       CASE WHEN q.worker_id IS NULL OR a.agrees THEN label_of(r.outcome, r.answer_class, j.answers) END AS success,
       split_of(r.skeleton_hash) AS split, j.name AS job, r.index, j.kind::text AS kind, r.outcome::text AS outcome,
       r.answer_class::text AS answer_class, r.has_abs,
       r.index < j.sealed_below AS sealed, d.first_index AS duplicate_of,
       e.name AS engine, e.version AS engine_version, r.verdict::text AS verdict, r.points_agreed, r.points_differed,
       r.precision_bits, r.counterexample, r.valid_on, r.canonical_hash, r.skeleton_hash, r.steps, r.messages,
       r.speed_factor, r.wall_ms, r.worker_id, r.attempt, r.create_time,
       q.worker_id IS NOT NULL AND a.agrees IS NOT TRUE AS quarantined
  FROM job j
  JOIN result r ON r.job_id = j.id
  LEFT JOIN engine e ON e.id = r.engine_id
  LEFT JOIN duplicate d ON d.job_id = r.job_id AND d.index = r.index
  LEFT JOIN quarantine q ON q.worker_id = r.worker_id AND q.begin_time <= r.create_time
  LEFT JOIN audit a ON q.worker_id IS NOT NULL AND a.job_id = r.job_id AND a.index = r.index;

-- Shows the reference's three columns and their split, for rows that are sealed, labelled, forward and no duplicates.
CREATE OR REPLACE VIEW training_data AS
SELECT r.integrand,
       CASE WHEN r.outcome = 'integrated' THEN r.integral END AS integral,
       label_of(r.outcome, r.answer_class, j.answers) AS success,
       split_of(r.skeleton_hash) AS split, j.name AS job, r.index
  FROM job j
  JOIN result r ON r.job_id = j.id AND r.index < j.sealed_below
  LEFT JOIN quarantine q ON q.worker_id = r.worker_id AND q.begin_time <= r.create_time
 WHERE j.kind = 'forward'
   AND label_of(r.outcome, r.answer_class, j.answers) IS NOT NULL
   AND NOT EXISTS (SELECT FROM duplicate d WHERE d.job_id = r.job_id AND d.index = r.index)
   AND (q.worker_id IS NULL
        OR EXISTS (SELECT FROM audit a WHERE a.job_id = r.job_id AND a.index = r.index AND a.agrees));

-- Shows one row for each audited function, open audits included.
CREATE OR REPLACE VIEW audits AS
SELECT j.name AS job, a.index, a.first_outcome::text AS first_outcome, a.outcome::text AS outcome,
       a.answer_class::text AS answer_class, label_of(a.outcome, a.answer_class, j.answers) AS success,
       a.integral, a.budget_factor, a.speed_factor, a.cpu_us, f.name AS first_worker, w.name AS worker, a.audit_time,
       a.agrees
  FROM audit a
  JOIN job j ON j.id = a.job_id
  LEFT JOIN worker f ON f.id = a.first_worker_id
  LEFT JOIN worker w ON w.id = a.worker_id;

-- Estimates from the audits how often a negative label is wrong: `share` is the part of the audited that are positive
-- with ten times the budget, with its 95 % interval (Wilson). An archived job shows its numbers from when it was
-- archived.
CREATE OR REPLACE VIEW label_flips AS
SELECT j.name AS job, n.open, n.audited, n.flips,
       n.flips / nullif(n.audited, 0)::double precision AS share,
       w.centre - w.half AS lower, w.centre + w.half AS upper
  FROM job j
  LEFT JOIN archive k ON k.job_id = j.id,
       LATERAL (SELECT CASE WHEN k.job_id IS NULL THEN count(*) FILTER (WHERE a.outcome IS NULL) ELSE 0 END AS open,
                       coalesce(k.audited, count(*) FILTER (WHERE a.outcome IS NOT NULL)) AS audited,
                       coalesce(k.flips, count(*) FILTER (WHERE label_of(a.outcome, a.answer_class, j.answers))) AS flips
                  FROM audit a WHERE a.job_id = j.id AND a.first_outcome <> 'integrated') n,
       LATERAL (SELECT n.audited::double precision AS audited, n.flips / nullif(n.audited, 0)::double precision AS share,
                       1.959964::double precision AS z) p,
       LATERAL (SELECT (p.share + p.z ^ 2 / (2 * p.audited)) / (1 + p.z ^ 2 / p.audited) AS centre,
                       p.z * sqrt(p.share * (1 - p.share) / p.audited + p.z ^ 2 / (4 * p.audited ^ 2))
                           / (1 + p.z ^ 2 / p.audited) AS half
                 WHERE p.audited > 0
                UNION ALL SELECT NULL, NULL WHERE p.audited = 0) w;
