-- Describes the cluster for the manifest of a backup.
SELECT c.uuid, c.incarnation, extract(epoch FROM now())::bigint AS time,
       current_setting('server_version_num')::integer AS postgres,
       (SELECT count(*) FROM motzkin.job) AS jobs,
       (SELECT coalesce(sum(p.functions), 0)::bigint FROM motzkin.progress p) AS functions
  FROM motzkin.cluster c
