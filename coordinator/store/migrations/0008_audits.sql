-- 0008: audits: one in 200 of the negative labels is computed again with ten times the budget, on another machine
-- where there is one, to measure how often such a label is wrong. An audit never changes a label.

-- The negatives that are audited: of the job's seed and the index alone, so that a second run of a job audits
-- the same ones.
CREATE FUNCTION is_audited(p_seed text, p_index bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (get_byte(h, 0) * 65536 + get_byte(h, 1) * 256 + get_byte(h, 2)) % 200 = 0
      FROM sha256(convert_to('motzkin audit 1 ' || p_seed || ' ' || p_index, 'UTF8')) h
$$;

-- Written by the sealer with the prefix, so it is complete for what is sealed; its open rows are what remains to
-- be done. No lease: who computes an audit is decided in the coordinator's memory, the first answer counts.
CREATE TABLE audit (
    job_id          integer     NOT NULL,
    index           bigint      NOT NULL,
    first_outcome   outcome     NOT NULL,
    first_worker_id integer     NOT NULL,
    -- What the patient run gave; all NULL until then.
    outcome         outcome,
    answer_class    answer_class,
    integral        text,
    budget_factor   smallint,             -- by which the budgets were multiplied, beside speed_factor
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

-- What a worker found. One transaction, idempotent: the first answer counts. Beside submit_results() the only
-- thing a worker may execute.
CREATE FUNCTION submit_audits(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_worker uuid, p_budget_factor integer,
    -- One element a function.
    p_indices bigint[], p_outcomes integer[], p_answer_classes integer[], p_integrals text[],
    p_speed_factors double precision[], p_cpu_us bigint[]
) RETURNS integer[]  -- one a function: 1 stored, 2 was audited already, 3 not to be audited
LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
DECLARE
    held    record;
    known   bigint[];
    changed bigint[];
BEGIN
    SELECT j.id AS job_id, j.name, j.spec_digest, j.generator_version, w.id AS worker_id, w.control
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
    -- In index order, as every writer of several rows must.
    SELECT array_agg(a.index) INTO known
      FROM (SELECT index FROM audit WHERE job_id = held.job_id AND index = ANY (p_indices)
             ORDER BY index FOR UPDATE) a;
    WITH updated AS (
        UPDATE audit a
           SET outcome = (enum_range(NULL::outcome))[g.outcome],
               answer_class = (enum_range(NULL::answer_class))[g.answer_class],
               integral = g.integral, budget_factor = p_budget_factor, speed_factor = g.speed_factor,
               cpu_us = g.cpu_us, worker_id = held.worker_id, audit_time = now()
          FROM unnest(p_indices, p_outcomes, p_answer_classes, p_integrals, p_speed_factors, p_cpu_us)
               AS g(index, outcome, answer_class, integral, speed_factor, cpu_us)
         WHERE a.job_id = held.job_id AND a.index = g.index AND a.outcome IS NULL
        RETURNING a.index)
    SELECT array_agg(index) INTO changed FROM updated;
    RETURN (SELECT array_agg(CASE WHEN i = ANY (changed) THEN 1 WHEN i = ANY (known) THEN 2 ELSE 3 END
                             ORDER BY position)
              FROM unnest(p_indices) WITH ORDINALITY AS given(i, position));
END $$;

-- One row an audited function, open ones included.
CREATE VIEW audits AS
SELECT j.name AS job, a.index, a.first_outcome::text AS first_outcome, a.outcome::text AS outcome,
       a.answer_class::text AS answer_class, label_of(a.outcome, a.answer_class, j.answers) AS success,
       a.integral, a.budget_factor, a.speed_factor, a.cpu_us, f.name AS first_worker, w.name AS worker, a.audit_time
  FROM audit a
  JOIN job j ON j.id = a.job_id
  LEFT JOIN worker f ON f.id = a.first_worker_id
  LEFT JOIN worker w ON w.id = a.worker_id;

-- How often a negative label is wrong, by audit: `share` of the audited that are positive with ten times the
-- budget, and its 95 % interval (Wilson).
CREATE VIEW label_flips AS
SELECT j.name AS job, n.open, n.audited, n.flips,
       n.flips / nullif(n.audited, 0)::double precision AS share,
       w.centre - w.half AS lower, w.centre + w.half AS upper
  FROM job j,
       LATERAL (SELECT count(*) FILTER (WHERE a.outcome IS NULL) AS open,
                       count(*) FILTER (WHERE a.outcome IS NOT NULL) AS audited,
                       count(*) FILTER (WHERE label_of(a.outcome, a.answer_class, j.answers)) AS flips
                  FROM audit a WHERE a.job_id = j.id) n,
       LATERAL (SELECT n.audited::double precision AS audited, n.flips / nullif(n.audited, 0)::double precision AS share,
                       1.959964::double precision AS z) p,
       LATERAL (SELECT (p.share + p.z ^ 2 / (2 * p.audited)) / (1 + p.z ^ 2 / p.audited) AS centre,
                       p.z * sqrt(p.share * (1 - p.share) / p.audited + p.z ^ 2 / (4 * p.audited ^ 2))
                           / (1 + p.z ^ 2 / p.audited) AS half
                 WHERE p.audited > 0
                UNION ALL SELECT NULL, NULL WHERE p.audited = 0) w;
