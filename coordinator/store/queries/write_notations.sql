-- $1 prefix tokens, $2 their numbers of operands, $3 how SymPy writes them.
INSERT INTO notation (token, operands, sympy)
SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[])
ON CONFLICT (token) DO UPDATE SET operands = excluded.operands, sympy = excluded.sympy
