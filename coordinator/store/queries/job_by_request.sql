-- Finds the job that a repeated `motzkin start` has made already. $1 request id.
SELECT id FROM job WHERE request_id = $1::uuid
