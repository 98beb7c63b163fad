-- Reads how often audits found a label of a job wrong. $1 job.
SELECT f.open, f.audited, f.flips, coalesce(f.share, 0) AS share, coalesce(f.lower, 0) AS lower,
       coalesce(f.upper, 0) AS upper
  FROM label_flips f JOIN job j ON j.name = f.job WHERE j.id = $1
