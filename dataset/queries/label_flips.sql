-- How often an audited negative label was wrong. $1 job.
-- The share and its interval are NULL until a first audit has its answer.
SELECT open, audited, flips, coalesce(share, 0) AS share, coalesce(lower, 0) AS lower, coalesce(upper, 0) AS upper
  FROM label_flips
 WHERE job = $1
