-- Gives the workers' role a new password. The old one is known to a worker that was removed.
UPDATE role_password
   SET verifier = NULL, password = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
 WHERE role LIKE 'motzkin\_worker\_%'
RETURNING role, password
