-- Every hundredth row repeats another. $1 job, $2 begin, $3 end.
INSERT INTO duplicate SELECT $1, i, i / 2 FROM generate_series($2::bigint + 50, $3::bigint - 1, 100) i
