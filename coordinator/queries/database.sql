-- What is in this database.
SELECT current_database() AS name, to_regnamespace('motzkin') IS NOT NULL AS has_schema,
       to_regclass('motzkin.cluster') IS NOT NULL AS has_cluster
