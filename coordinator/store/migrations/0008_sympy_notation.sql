-- Gives readers the functions as SymPy reads them: scripts made for SymPy's data need no parser for our tokens.

-- How other notations write our prefix tokens. The coordinator fills it at each start from the table of operations
-- (common/expression/operation_table.cc), which is the only place where a function is described.
CREATE TABLE notation (
    token    text     NOT NULL,  -- of prefix text; without arithmetic, numbers and what SymPy cannot say
    operands smallint NOT NULL,  -- -1: hyper, whose first two operands count its parameters
    sympy    text     NOT NULL,  -- the name, or an expression in which # is the operand
    CONSTRAINT notation_pkey PRIMARY KEY (token),
    CONSTRAINT notation_counts_operands CHECK (operands BETWEEN -1 AND 10)
);

-- Writes prefix tokens as SymPy's infix, exactly as Print() in common/expression/printer.h does. NULL: the text has a
-- function that SymPy lacks, or is no prefix text. It reads the tokens from the last to the first, so that an operation
-- finds its operands on the stack, the first on top.
CREATE FUNCTION sympy_of(p_prefix text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
    -- How tightly a text binds. An operand that binds looser than its operator needs gets parentheses.
    of_sum      constant integer := 0;
    of_product  constant integer := 1;
    of_negation constant integer := 2;
    of_power    constant integer := 3;
    of_atom     constant integer := 4;
    words       constant text[] := string_to_array(p_prefix, ' ');
    word        text;
    digits      text := '';
    -- The stack of operands: their texts, how these bind, whether they start with a minus, and are whole numbers or
    -- fractions.
    texts       text[] := '{}';
    binds       integer[] := '{}';
    minuses     boolean[] := '{}';
    wholes      boolean[] := '{}';
    numbers     boolean[] := '{}';
    top         integer := 0;
    separator   text;
    needed      integer;  -- what the first operand has to bind at least
    needed_later integer; -- the same of the second
    a           text;
    b           text;
    how         record;
    upper_count integer;
    lower_count integer;
BEGIN
    FOR i IN REVERSE cardinality(words)..1 LOOP
        word := words[i];
        IF length(word) = 1 AND strpos('0123456789', word) > 0 THEN
            digits := word || digits;
            CONTINUE;
        ELSIF word IN ('INT+', 'INT-') THEN
            IF digits = '' THEN
                RETURN NULL;
            END IF;
            top := top + 1;
            texts[top] := CASE word WHEN 'INT-' THEN '-' ELSE '' END || digits;
            binds[top] := CASE word WHEN 'INT-' THEN of_negation ELSE of_atom END;
            minuses[top] := word = 'INT-';
            wholes[top] := true;
            numbers[top] := true;
            digits := '';
            CONTINUE;
        ELSIF word IN ('add', 'sub', 'mul', 'div', 'pow') THEN
            IF top < 2 THEN
                RETURN NULL;
            END IF;
            separator := CASE word WHEN 'add' THEN ' + ' WHEN 'sub' THEN ' - ' WHEN 'mul' THEN '*' WHEN 'div' THEN '/'
                                   ELSE '**' END;
            needed := CASE WHEN word IN ('add', 'sub') THEN of_sum WHEN word = 'pow' THEN of_atom ELSE of_product END;
            needed_later := CASE WHEN word IN ('add', 'sub') THEN of_product WHEN word = 'pow' THEN of_atom
                                ELSE of_negation END;
            a := texts[top];
            b := texts[top - 1];
            IF binds[top] < needed THEN
                a := '(' || a || ')';
            END IF;
            -- A minus sign must not follow another operator.
            IF binds[top - 1] < needed_later OR minuses[top - 1] THEN
                b := '(' || b || ')';
            END IF;
            texts[top - 1] := a || separator || b;
            minuses[top - 1] := binds[top] >= needed AND minuses[top];
            -- A quotient of whole numbers is a rational number.
            numbers[top - 1] := word = 'div' AND wholes[top] AND wholes[top - 1];
            wholes[top - 1] := false;
            binds[top - 1] := CASE word WHEN 'pow' THEN of_power ELSE needed END;
            top := top - 1;
            CONTINUE;
        ELSIF word = 'neg' THEN
            IF top < 1 THEN
                RETURN NULL;
            END IF;
            -- -(3) is the negation of a number, while -3 is a number. -x*y would be (-x)*y.
            texts[top] := '-' || CASE WHEN numbers[top] OR minuses[top] OR binds[top] < of_power
                                      THEN '(' || texts[top] || ')' ELSE texts[top] END;
            binds[top] := of_negation;
            minuses[top] := true;
            wholes[top] := false;
            numbers[top] := false;
            CONTINUE;
        END IF;

        SELECT n.operands, n.sympy INTO how FROM notation n WHERE n.token = word;
        IF NOT FOUND OR top < how.operands THEN
            RETURN NULL;
        ELSIF how.operands = -1 THEN
            IF top < 3 OR NOT wholes[top] OR NOT wholes[top - 1]
               OR greatest(length(texts[top]), length(texts[top - 1])) > 3 THEN
                RETURN NULL;
            END IF;
            upper_count := texts[top];
            lower_count := texts[top - 1];
            top := top - 2 - upper_count - lower_count;
            IF top < 1 OR least(upper_count, lower_count) < 0 THEN
                RETURN NULL;
            END IF;
            a := format('%s([%s], [%s], %s)', how.sympy,
                        (SELECT coalesce(string_agg(texts[top + lower_count + n], ', ' ORDER BY n DESC), '')
                           FROM generate_series(1, upper_count) n),
                        (SELECT coalesce(string_agg(texts[top + n], ', ' ORDER BY n DESC), '')
                           FROM generate_series(1, lower_count) n),
                        texts[top]);
        ELSIF strpos(how.sympy, '#') > 0 THEN
            a := replace(how.sympy, '#', texts[top]);
        ELSE
            a := how.sympy;
            FOR n IN 1..how.operands LOOP
                a := a || CASE n WHEN 1 THEN '(' ELSE ', ' END || texts[top - n + 1]
                       || CASE n WHEN how.operands THEN ')' ELSE '' END;
            END LOOP;
            top := top - how.operands + 1;
        END IF;
        texts[top] := a;
        binds[top] := of_atom;
        minuses[top] := false;
        wholes[top] := false;
        numbers[top] := false;
    END LOOP;
    RETURN CASE WHEN top = 1 AND digits = '' THEN texts[1] END;
END $$;

-- Shows training_data in SymPy's words. `integral` is NULL also where SymPy has no word for a function in it.
CREATE VIEW training_data_sympy AS
SELECT sympy_of(integrand) AS integrand, sympy_of(integral) AS integral, success, split, job, index
  FROM training_data;

-- Lets a login read what is public.
CREATE FUNCTION grant_reading(p_role text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON progress, worker_status, throughput, failures, training_data, training_data_all, '
                   'training_data_sympy, notation, engine_steps, jobs, engines, workers, duplicates, audits, '
                   'label_flips TO %I',
                   p_role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION split_of, label_of, sympy_of TO %I', p_role);
END $$;

-- Makes a login role, or sets it back to what it should be. `p_worker` is the worker that logs in with it; NULL keeps what
-- role_password says.
CREATE OR REPLACE FUNCTION open_login(p_role text, p_worker uuid DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    login   record;
    setting text;
    elsewhere name;
BEGIN
    INSERT INTO role_password (role, password, worker_uuid)
        VALUES (p_role, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), p_worker)
        ON CONFLICT DO NOTHING;
    SELECT password, verifier, worker_uuid INTO login FROM role_password WHERE role = p_role;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role) THEN
        EXECUTE format('CREATE ROLE %I', p_role);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN %s CONNECTION LIMIT %s PASSWORD %L', p_role,
                   CASE WHEN login.worker_uuid IS NULL THEN 'NOINHERIT' ELSE 'INHERIT' END, login_sessions_max(p_role),
                   coalesce(login.verifier, login.password));
    -- A role may give itself defaults, in every database.
    EXECUTE format('ALTER ROLE %I RESET ALL', p_role);
    FOR elsewhere IN SELECT d.datname FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                      WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = p_role)
    LOOP
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', p_role, elsewhere);
    END LOOP;
    FOREACH setting IN ARRAY login_settings(p_role) LOOP
        EXECUTE format('ALTER ROLE %I SET %I = %L', p_role, split_part(setting, '=', 1), split_part(setting, '=', 2));
    END LOOP;
    BEGIN
        -- A sort that does not fit into memory goes to files. Only some owners may set a bound, see docs/operations.md.
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', p_role, '256MB');
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    EXECUTE format('GRANT %I TO CURRENT_USER', p_role);  -- Lets us end its sessions.
    IF login.worker_uuid IS NOT NULL THEN
        EXECUTE format('GRANT %I TO %I', workers_role(), p_role);
    ELSE
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA motzkin FROM %I', p_role);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), p_role);
        EXECUTE format('GRANT USAGE ON SCHEMA motzkin TO %I', p_role);
        PERFORM grant_reading(p_role);
    END IF;
    UPDATE role_password SET set_time = now() WHERE role = p_role;
    IF has_column_privilege('pg_authid', 'rolpassword', 'SELECT') THEN
        UPDATE role_password SET verifier = (SELECT rolpassword FROM pg_authid WHERE rolname = p_role)
         WHERE role = p_role;
    END IF;
END $$;
