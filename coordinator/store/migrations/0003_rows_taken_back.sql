-- Rows that a machine stored can be taken back: a memory that flips bits, or a worker that lies, is found out late.

-- Takes back the rows that a worker stored in a job since p_since, opens their indices and moves the sealed prefix below
-- the first of them. The rows above are sealed again as they were sealed first: in order, so the job becomes what it would
-- have been without the worker. Its answers to audits go too. Returns NULLs if the job has no such row.
CREATE FUNCTION void_rows(p_job_id integer, p_worker_id integer, p_since timestamptz,
                          OUT rows bigint, OUT sealed_rows bigint, OUT first_sealed bigint, OUT last_sealed bigint,
                          OUT hidden_rows bigint)
LANGUAGE plpgsql AS $$
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
