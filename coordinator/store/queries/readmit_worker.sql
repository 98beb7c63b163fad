-- Lets a worker work again that was removed and is approved now. $1 its UUID.
UPDATE worker SET control = 'run' WHERE uuid = $1::uuid AND control = 'removed'
