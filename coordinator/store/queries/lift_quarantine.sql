-- Ends the quarantine of a worker whose rows since its beginning are gone. $1 UUID of the worker, $2 since when.
DELETE FROM quarantine q USING worker w WHERE w.uuid = $1::uuid AND q.worker_id = w.id AND q.begin_time >= $2::timestamptz
