-- Notes the owner's order about a worker. An owner who lets it run again trusts its rows. $1 UUID, $2 control,
-- $3 microseconds since 1970 until which it is suspended, or 0.
WITH trusted AS (
    DELETE FROM quarantine q USING worker w WHERE w.uuid = $1::uuid AND q.worker_id = w.id AND $2 = 'run')
UPDATE worker SET control = $2::worker_control, suspended_until = to_timestamp(nullif($3::bigint, 0) / 1e6)
 WHERE uuid = $1::uuid
