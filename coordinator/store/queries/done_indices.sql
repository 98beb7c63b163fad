-- Returns, for each range, the offsets of the indices that have their result; one row a range, in the order of the
-- arguments. $1 jobs, $2 begins, $3 ends.
SELECT done.offsets
  FROM unnest($1::integer[], $2::bigint[], $3::bigint[])
       WITH ORDINALITY AS k(job_id, begin_index, end_index, position)
 CROSS JOIN LATERAL (SELECT coalesce(array_agg(r.index - k.begin_index), '{}') AS offsets
                       FROM result r
                      WHERE r.job_id = k.job_id AND r.index >= k.begin_index AND r.index < k.end_index) done
 ORDER BY k.position
