SELECT uuid, coordinator_epoch FROM cluster
