-- Ends all leases of a worker that was removed. $1 UUID.
UPDATE lease SET end_time = now(), end_why = 'revoked'
 WHERE end_time IS NULL AND worker_id = (SELECT id FROM worker WHERE uuid = $1::uuid)
