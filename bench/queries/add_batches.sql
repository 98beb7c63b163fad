-- The closed batches of views_rows.sql and export_rows.sql. $1 job, $2 begin, $3 end.
INSERT INTO batch (job_id, batch, begin_index, end_index, outcomes, closed)
SELECT $1, i / 1000, i, i + 1000, ARRAY[1000 - unsolved, 0, unsolved, 0, 0, 0, 0, 0, 0], true
  FROM generate_series($2::bigint, $3::bigint - 1, 1000) i,
       LATERAL (SELECT 333 + (i / 1000 % 3 = 0)::integer AS unsolved) n
