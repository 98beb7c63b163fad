-- How often an audited negative label was wrong. $1 job.
SELECT open, audited, flips, coalesce(share, 0), coalesce(lower, 0), coalesce(upper, 0) FROM label_flips
 WHERE job = $1
