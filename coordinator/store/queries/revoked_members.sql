-- Lists the keys whose certificates are refused.
SELECT key_sha256 FROM member WHERE revoke_time IS NOT NULL
