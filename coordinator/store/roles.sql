-- Makes the login roles and grants what they may do. It runs at every start, after the migrations, so that views and
-- functions that a migration made anew get their rights. Roles belong to the whole server, so their names carry the
-- cluster: two databases on one server never touch each other's. If the database user may not create roles, there are
-- none: results are relayed then, and there is no reader.
DO $$
DECLARE
    suffix constant text := (SELECT left(uuid::text, 8) FROM cluster);
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA motzkin FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA motzkin FROM PUBLIC;
    PERFORM open_workers_role();
    PERFORM open_login('motzkin_reader_' || suffix);
    -- Those of a restored backup may not exist on this server.
    PERFORM open_login(p.role) FROM role_password p
      WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p.role);
EXCEPTION WHEN insufficient_privilege THEN
    -- All of the above is undone. Passwords of an earlier start or of a restored backup go too, as their roles may not
    -- exist on this server.
    DELETE FROM role_password;
END $$;
