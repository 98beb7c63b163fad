-- How often an audited negative label was wrong. $1 job.
SELECT open, audited, flips, coalesce(share, 0) AS share, coalesce(lower, 0) AS lower, coalesce(upper, 0) AS upper
  FROM label_flips
 WHERE job = $1
