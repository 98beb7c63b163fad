-- 0004: submit_results(), the only thing a worker may execute. One transaction, idempotent: the primary key
-- (job, index) decides which row counts, the batch row counts them, and its lock orders everyone.
--
-- Locks are taken in one global order - engine, batches by begin_index, recent_result by outcome,
-- throughput_minute - so two submissions never deadlock.
--
-- Errors: MZ001 not this worker's batch; MZ002 another spec; MZ003 another generator; MZ004 an index
-- outside of the lease; MZ005 a malformed call; 42501 the worker was removed; 22 and 23 a bad row.
CREATE FUNCTION submit_results(
    p_job uuid, p_spec_digest bytea, p_generator_version integer, p_batch bigint, p_attempt integer, p_worker uuid,
    -- One element a result.
    p_indices bigint[], p_outcomes integer[], p_integrands text[], p_integrals text[],
    p_canonical_hashes bigint[], p_skeleton_hashes bigint[],
    p_answer_engines integer[],  -- position in p_engine_names; 0: no answer
    p_answer_classes integer[], p_has_abs boolean[],
    p_verdicts integer[], p_points_agreed integer[], p_points_differed integer[], p_precision_bits integer[],
    p_counterexamples text[], p_valid_on text[],  -- each an array literal or NULL
    p_speed_factors double precision[], p_wall_ms bigint[],
    -- The engines that occur, each once.
    p_engine_names text[], p_engine_versions text[],
    -- One element a step of a ladder; p_step_results is the position of its result.
    p_step_results integer[], p_step_engines integer[], p_step_outcomes integer[],
    p_step_cpu_us bigint[], p_step_rss_kb bigint[], p_step_verifier_us bigint[], p_step_messages text[]
) RETURNS integer[]  -- one a result: 1 stored, 2 was stored already, 3 revoked
LANGUAGE plpgsql SECURITY DEFINER SET search_path = motzkin, pg_temp AS $$
DECLARE
    integer_max constant bigint := 2147483647;
    result_count constant integer := coalesce(array_length(p_indices, 1), 0);
    held       record;         -- the lease with its job and worker
    engine_ids smallint[];
    rows       result[];
    part       record;         -- a batch that holds some of the rows
    added      record;
    handled    bigint[] := '{}';
    covered    integer := 0;
    stored_indices  bigint[] := '{}';
    refused_indices bigint[] := '{}';
    new_integrated  integer := 0;
    new_cas_us      bigint := 0;
    new_verifier_us bigint := 0;
BEGIN
    IF result_count NOT BETWEEN 1 AND 256 THEN
        RAISE EXCEPTION 'a submission holds 1 to 256 results, not %', result_count USING ERRCODE = 'MZ005';
    END IF;
    SELECT j.id AS job_id, j.name, j.spec_digest, j.generator_version, w.id AS worker_id, w.control,
           l.begin_index, l.end_index
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
    ELSIF EXISTS (SELECT FROM unnest(p_indices) i
                   WHERE i IS NULL OR i < held.begin_index OR i >= held.end_index) THEN
        RAISE EXCEPTION 'batch % of job %: an index outside of the lease', p_batch, held.name USING ERRCODE = 'MZ004';
    END IF;

    SELECT array_agg(e.id ORDER BY given.position) INTO engine_ids
      FROM unnest(p_engine_names, p_engine_versions) WITH ORDINALITY AS given(name, version, position)
      LEFT JOIN engine e USING (name, version);
    IF array_position(engine_ids, NULL) IS NOT NULL THEN
        INSERT INTO engine (name, version)
            SELECT DISTINCT name, version FROM unnest(p_engine_names, p_engine_versions) AS given(name, version)
             ORDER BY 1, 2
            ON CONFLICT DO NOTHING;
        SELECT array_agg(e.id ORDER BY given.position) INTO engine_ids
          FROM unnest(p_engine_names, p_engine_versions) WITH ORDINALITY AS given(name, version, position)
          JOIN engine e USING (name, version);
    END IF;

    WITH step AS (
        SELECT result,
               array_agg(ARRAY[engine_ids[engine], outcome, least(cpu_us, integer_max), least(rss_kb, integer_max),
                               least(verifier_us_of_step, integer_max)]::integer[] ORDER BY position) AS numbers,
               array_agg(message ORDER BY position) AS messages,
               bool_or(message <> '') AS any_message
          FROM unnest(p_step_results, p_step_engines, p_step_outcomes, p_step_cpu_us, p_step_rss_kb,
                      p_step_verifier_us, p_step_messages)
               WITH ORDINALITY AS s(result, engine, outcome, cpu_us, rss_kb, verifier_us_of_step, message, position)
         GROUP BY result)
    SELECT array_agg(ROW(
               g.index, g.canonical_hash, g.skeleton_hash, now(), held.job_id, held.worker_id, p_attempt,
               (enum_range(NULL::outcome))[g.outcome], least(g.wall_ms, integer_max), g.speed_factor,
               (enum_range(NULL::answer_class))[g.answer_class], (enum_range(NULL::verdict))[g.verdict],
               engine_ids[g.answer_engine], g.points_agreed, g.points_differed, g.precision_bits, g.has_abs,
               g.integrand, g.integral, step.numbers, CASE WHEN step.any_message THEN step.messages END,
               g.counterexample, g.valid_on::double precision[])::result)
      INTO rows
      FROM unnest(p_indices, p_outcomes, p_integrands, p_integrals, p_canonical_hashes, p_skeleton_hashes,
                  p_answer_engines, p_answer_classes, p_has_abs, p_verdicts, p_points_agreed, p_points_differed,
                  p_precision_bits, p_counterexamples, p_valid_on, p_speed_factors, p_wall_ms)
           WITH ORDINALITY AS g(index, outcome, integrand, integral, canonical_hash, skeleton_hash, answer_engine,
                                answer_class, has_abs, verdict, points_agreed, points_differed, precision_bits,
                                counterexample, valid_on, speed_factor, wall_ms, position)
      LEFT JOIN step ON step.result = g.position;

    -- Usually one batch, the leased one. After splits its range has several; a split that commits while we
    -- wait for its lock leaves rows uncovered, which the next look finds in the new batch.
    FOR look IN 1 .. 3 LOOP
        FOR part IN
            SELECT b.batch, b.begin_index, b.end_index, b.revoked,
                   (SELECT count(*) FROM unnest(p_indices) i WHERE i >= b.begin_index AND i < b.end_index) AS given
              FROM batch b
             WHERE b.job_id = held.job_id AND b.begin_index >= held.begin_index AND b.begin_index < held.end_index
               AND b.batch <> ALL (handled)
               AND EXISTS (SELECT FROM unnest(p_indices) i WHERE i >= b.begin_index AND i < b.end_index)
             ORDER BY b.begin_index
               FOR UPDATE OF b
        LOOP
            handled := handled || part.batch;
            covered := covered + part.given;
            IF part.revoked THEN
                refused_indices := refused_indices || ARRAY(SELECT i FROM unnest(p_indices) i
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
            SELECT array_agg(i.index) AS indices,
                   count(*) FILTER (WHERE outcome = 'integrated') AS integrated,
                   count(*) FILTER (WHERE outcome = 'partly') AS partly,
                   count(*) FILTER (WHERE outcome = 'unsolved') AS unsolved,
                   count(*) FILTER (WHERE outcome = 'nonelementary') AS nonelementary,
                   count(*) FILTER (WHERE outcome = 'timed_out') AS timed_out,
                   count(*) FILTER (WHERE outcome = 'memory_exceeded') AS memory_exceeded,
                   count(*) FILTER (WHERE outcome = 'crashed') AS crashed,
                   count(*) FILTER (WHERE outcome = 'refuted') AS refuted,
                   count(*) FILTER (WHERE outcome = 'unverified') AS unverified,
                   count(*) AS total,
                   sum(cpu.cas_us) AS cas_us, sum(cpu.verifier_us) AS verifier_us
              INTO added
              FROM inserted i,
                   LATERAL (SELECT coalesce(sum(i.steps[n][3]), 0) AS cas_us,
                                   coalesce(sum(i.steps[n][5]), 0) AS verifier_us
                              FROM generate_subscripts(i.steps, 1) n) cpu;
            CONTINUE WHEN added.total = 0;
            UPDATE batch b
               SET integrated = b.integrated + added.integrated,
                   partly = b.partly + added.partly,
                   unsolved = b.unsolved + added.unsolved,
                   nonelementary = b.nonelementary + added.nonelementary,
                   timed_out = b.timed_out + added.timed_out,
                   memory_exceeded = b.memory_exceeded + added.memory_exceeded,
                   crashed = b.crashed + added.crashed,
                   refuted = b.refuted + added.refuted,
                   unverified = b.unverified + added.unverified,
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
              FROM unnest(p_indices) WITH ORDINALITY AS g(index, position)
              LEFT JOIN unnest(stored_indices) AS s(index) ON s.index = g.index);
END $$;
