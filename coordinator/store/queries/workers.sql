SELECT uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines,
       (extract(epoch FROM last_seen) * 1000000)::bigint, control::text
  FROM worker ORDER BY name, id
