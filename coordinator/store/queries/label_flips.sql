-- $1 job.
SELECT f.open, f.audited, f.flips, coalesce(f.share, 0), coalesce(f.lower, 0), coalesce(f.upper, 0)
  FROM label_flips f JOIN job j ON j.name = f.job WHERE j.id = $1
