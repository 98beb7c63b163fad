SELECT uuid, coordinator_epoch, worker_sessions_max() FROM cluster
