-- $1 uuid, $2 name, $3 instance, $4 state, $5 reason, $6 slots, $7 temperature, $8 sandbox level, $9 build,
-- $10 engines, $11 last seen.
INSERT INTO worker (uuid, name, instance, state, reason, slots, temperature, sandbox_level, build, engines, last_seen)
VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, coalesce($11::timestamptz, now()))
ON CONFLICT (uuid) DO UPDATE
   SET name = excluded.name, instance = excluded.instance, state = excluded.state, reason = excluded.reason,
       slots = excluded.slots, temperature = excluded.temperature, sandbox_level = excluded.sandbox_level,
       build = excluded.build, engines = excluded.engines, last_seen = excluded.last_seen
