-- Returns the bytes of a job's partitions with their indexes. $1 job.
SELECT coalesce(sum(pg_total_relation_size(relid)), 0)::bigint AS bytes
  FROM pg_partition_tree(to_regclass('motzkin.result_j' || $1::integer)) WHERE isleaf
