-- $1 job, $2 rows, $3 audited, $4 flips, $5 SHA-256.
INSERT INTO archive (job_id, rows, audited, flips, sha256) VALUES ($1, $2, $3, $4, $5::bytea)
