-- Writes what workers last said of themselves. Their engines get numbers here: submit_results() takes no others. It
-- runs at least once a minute, so it forgets old throughput too.
-- $1 UUIDs, $2 names, $3 instances, $4 states, $5 reasons, $6 slots, $7 temperatures, $8 sandbox levels, $9 builds,
-- $10 engines, $11 when each was last seen; NULL stands for now.
-- NOT EXISTS comes before ON CONFLICT, which would use up a number for each engine that is known already.
WITH forgotten AS (DELETE FROM throughput_minute WHERE minute < now() - interval '90 days'),
announced AS (
    INSERT INTO engine (name, version)
    SELECT DISTINCT e.key, e.value
      FROM unnest($10::jsonb[]) AS w(engines), jsonb_each_text(w.engines) AS e
     WHERE length(e.key) <= 40 AND length(e.value) <= 80
       AND NOT EXISTS (SELECT FROM engine known WHERE known.name = e.key AND known.version = e.value)
    ON CONFLICT DO NOTHING)
INSERT INTO worker (uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines, last_seen)
SELECT uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines,
       coalesce(last_seen, now())
  FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::integer[], $7::double precision[],
              $8::text[], $9::text[], $10::jsonb[], $11::timestamptz[])
       AS w(uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines, last_seen)
ON CONFLICT (uuid) DO UPDATE
   SET name = excluded.name, instance = excluded.instance, state = excluded.state, reason = excluded.reason,
       slots = excluded.slots, temperature = excluded.temperature, sandbox_level = excluded.sandbox_level,
       build = excluded.build, engines = excluded.engines, last_seen = excluded.last_seen
