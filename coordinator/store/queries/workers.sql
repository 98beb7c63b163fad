SELECT uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines,
       (extract(epoch FROM last_seen) * 1000000)::bigint AS last_seen_us, control::text AS control,
       coalesce((extract(epoch FROM suspended_until) * 1000000)::bigint, 0) AS suspended_until_us
  FROM worker ORDER BY name, id
