-- Makes the partitions that will hold a range of results. $1 job, $2 begin, $3 end.
SELECT ensure_partitions($1::integer, $2, $3)
