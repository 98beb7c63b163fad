-- Rows as submit_results() and the sealer would have left them. $1 job, $2 begin, $3 end.
INSERT INTO result (index, canonical_hash, skeleton_hash, job_id, worker_id, attempt, outcome, wall_ms, speed_factor,
                    answer_class, verdict, points_agreed, points_differed, precision_bits, has_abs, integrand, integral,
                    steps)
SELECT i, hashint8extended(i, 1), hashint8extended(i / 3, 2), $1, 1, 1,
       (CASE WHEN i % 3 = 0 THEN 'unsolved' ELSE 'integrated' END)::outcome, 14, 1,
       CASE WHEN i % 3 > 0 THEN 'elementary'::answer_class END, CASE WHEN i % 3 > 0 THEN 'verified'::verdict END, 12, 0,
       128, false, 'mul add x INT+ ' || i || ' exp sin pow x INT+ 2',
       CASE WHEN i % 3 > 0 THEN 'add div pow x INT+ 2 INT+ 2 mul sin exp x ln add x INT+ ' || i END,
       ARRAY[ARRAY[1, 1, 8000, 15000, 120]]
  FROM generate_series($2::bigint, $3::bigint - 1) i
