-- Marks a job as archived.
-- $1 job, $2 rows, $3 audits that have their answer, $4 label flips, $5 SHA-256 of the archive.
INSERT INTO archive (job_id, rows, audited, flips, sha256) VALUES ($1, $2, $3, $4, $5::bytea)
