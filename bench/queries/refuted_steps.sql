-- Selects each refuted answer of an engine in a forward job :'job' as JSON, with its text where the
-- row still has it: of several wrong answers only the best is stored, and none if a later step was
-- right.
SELECT json_build_object('engine', s.engine, 'engine_version', s.engine_version, 'integrand', r.integrand,
                         'answer', CASE WHEN r.outcome = 'refuted' AND r.engine = s.engine THEN r.integral END)::text
  FROM engine_steps s JOIN training_data_all r USING (job, index)
 WHERE s.job = :'job' AND s.outcome = 'refuted' AND r.job = :'job' AND r.kind = 'forward'
 ORDER BY s.index, s.step
