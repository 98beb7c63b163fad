-- Tells whether a worker was removed: one that is forgotten, or has never reported, by its keys, of which none counts any
-- more. $1 its UUID.
SELECT EXISTS (SELECT FROM worker WHERE uuid = $1::uuid AND control = 'removed')
       OR coalesce((SELECT bool_and(revoke_time IS NOT NULL) FROM member WHERE identity = 'worker ' || $1), false) AS removed
