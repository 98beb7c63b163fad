-- 0006: what a database restored from a backup has to forget. Workers may hold leases that were granted after
-- the backup was taken, and may have been told that rows are stored which the backup lacks. Attempt numbers of
-- different incarnations never meet, so no lease of before is mistaken for one of after.

-- Attempts of the present incarnation count from here.
CREATE FUNCTION attempts_before() RETURNS integer LANGUAGE sql STABLE SET search_path = motzkin, pg_temp AS $$
    SELECT ((incarnation - 1) * 1000000)::integer FROM cluster
$$;
ALTER TABLE batch ALTER COLUMN attempts SET DEFAULT attempts_before();

-- Makes this database the next incarnation of its cluster: all leases end, so that everything unfinished is
-- granted anew with what is stored here. `motzkin restore` does this; whoever brings a database back by other
-- means does it by hand before a coordinator starts. Returns the incarnation.
CREATE FUNCTION mark_restored(p_backup_time timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    raised bigint;
    ended bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('motzkin fence'));
    UPDATE cluster SET incarnation = incarnation + 1, coordinator_epoch = coordinator_epoch + 1
        RETURNING incarnation INTO raised;
    UPDATE lease SET end_time = now(), end_why = 'lost' WHERE end_time IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    UPDATE batch SET attempts = attempts_before() WHERE NOT closed;
    INSERT INTO event (kind, text) VALUES ('coordinator', format(
        'database restored from the backup of %s UTC; %s batches are granted anew, what was stored later is computed again',
        to_char(p_backup_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), ended));
    RETURN raised;
END $$;

-- The names of the login roles carry the cluster from now on: see roles.sql. The old ones lose this database.
DELETE FROM role_password;
DO $$
DECLARE
    old text;
BEGIN
    FOR old IN SELECT rolname FROM pg_roles WHERE rolname IN ('motzkin_worker', 'motzkin_reader') LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), old);
        EXECUTE format('REVOKE ALL ON SCHEMA motzkin FROM %I', old);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I', old);
        EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA motzkin FROM %I', old);
    END LOOP;
END $$;
