-- Does one step and returns whether there is more to drop. $1 job, $2 rows of a table at a time.
SELECT drop_archived($1::integer, $2::integer) AS more
