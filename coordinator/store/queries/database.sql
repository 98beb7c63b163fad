-- Tells whether Motzkin may have this database. session is the process that serves us, if it is the one that the client
-- was told of; a pooler tells it another. foreign_table is a table of another application, which belongs neither
-- to Postgres nor to an extension nor to us; NULL if there is none.
SELECT current_database() AS name, current_setting('server_version_num')::integer AS server_version,
       current_setting('transaction_read_only')::boolean AS read_only,
       current_setting('server_encoding') AS encoding, pg_backend_pid() AS session,
       (SELECT n.nspname || '.' || c.relname
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND n.nspname NOT LIKE 'pg\_%'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
           AND to_regclass('motzkin.schema_migration') IS NULL
         ORDER BY 1 LIMIT 1) AS foreign_table
