-- Names this database and tells what is in it: the schema motzkin, and a cluster.
SELECT current_database() AS name, to_regnamespace('motzkin') IS NOT NULL AS has_schema,
       to_regclass('motzkin.cluster') IS NOT NULL AS has_cluster
