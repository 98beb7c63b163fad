-- Returns the latest events, oldest first. $1 since, $2 limit.
SELECT * FROM (
    SELECT (extract(epoch FROM time) * 1000000)::bigint AS time_us, kind, text, id
      FROM event WHERE time >= $1::timestamptz ORDER BY time DESC, id DESC LIMIT $2) latest
 ORDER BY time_us, id
