-- Gives the page the password with this hash, in place of the one before. $1 hash.
INSERT INTO page_password (hash) VALUES ($1)
ON CONFLICT (one) DO UPDATE SET hash = excluded.hash, set_time = now()
