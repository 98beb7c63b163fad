-- One function. $1 job, $2 index.
SELECT r.index, array_position(enum_range(NULL::outcome), r.outcome), r.integrand, coalesce(r.integral, ''),
       r.canonical_hash, r.skeleton_hash, coalesce(e.name, ''),
       coalesce(array_position(enum_range(NULL::answer_class), r.answer_class), 0), r.has_abs,
       coalesce(array_position(enum_range(NULL::verdict), r.verdict), 0), r.points_agreed, r.points_differed,
       r.precision_bits, coalesce(r.counterexample, ''), r.speed_factor,
       array_position(enum_range(NULL::kind), j.kind), r.wall_ms, w.name, r.attempt,
       (extract(epoch FROM r.create_time) * 1000000)::bigint, split_of(r.skeleton_hash), r.index < j.sealed_below,
       coalesce(d.first_index, -1)
  FROM result r JOIN job j ON j.id = r.job_id JOIN worker w ON w.id = r.worker_id
  LEFT JOIN engine e ON e.id = r.engine_id
  LEFT JOIN duplicate d ON d.job_id = r.job_id AND d.index = r.index
 WHERE r.job_id = $1 AND r.index = $2
