SELECT worker_id, worker FROM workers ORDER BY worker_id
