-- $1 request id.
SELECT id FROM job WHERE request_id = $1::uuid
