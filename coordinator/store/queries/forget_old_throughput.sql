DELETE FROM throughput_minute WHERE minute < now() - interval '90 days'
