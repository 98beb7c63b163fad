-- Notes the owner's order about a worker. $1 UUID, $2 control.
UPDATE worker SET control = $2::worker_control WHERE uuid = $1::uuid
