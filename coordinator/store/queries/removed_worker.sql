-- Tells whether a worker was removed. $1 its UUID.
SELECT EXISTS (SELECT FROM worker WHERE uuid = $1::uuid AND control = 'removed') AS removed
