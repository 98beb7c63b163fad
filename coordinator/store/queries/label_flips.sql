-- Reads how often audits found a label of a job wrong. $1 job. The bound of no flips comes out as a tiny negative
-- number, which would be printed as -0.0.
SELECT f.open, f.audited, f.flips, coalesce(f.share, 0) AS share, greatest(0, f.lower) AS lower,
       coalesce(f.upper, 0) AS upper
  FROM label_flips f JOIN job j ON j.name = f.job WHERE j.id = $1
