SELECT uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines,
       (extract(epoch FROM last_seen) * 1000000)::bigint AS last_seen_us, control::text AS control
  FROM worker ORDER BY name, id
