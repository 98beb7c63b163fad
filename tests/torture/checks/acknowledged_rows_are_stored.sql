-- Every acknowledged row is there. If it was the one that was stored, the very row is there (same
-- content, worker and attempt), else a row of the same function. The rows of an archived job are in
-- its files.
SELECT format('index %s of job %s, acknowledged to %s as %s: %s', a.index, j.name, a.worker, a.status,
              CASE WHEN r.index IS NULL THEN 'lost' ELSE 'another content' END)
  FROM acknowledged a
  JOIN job j ON j.uuid = a.job_uuid
  LEFT JOIN result r ON r.job_id = j.id AND r.index = a.index
  LEFT JOIN worker w ON w.id = r.worker_id
 WHERE NOT EXISTS (SELECT FROM archive k WHERE k.job_id = j.id)
   AND (r.index IS NULL
    OR r.canonical_hash <> a.canonical_hash
    OR (a.status = 'stored'
        AND (w.uuid <> a.worker_uuid OR r.attempt <> a.attempt
             OR encode(sha256(convert_to(format(E'%s\n%s\n%s\n%s', r.outcome, r.integrand, r.integral, r.wall_ms), 'UTF8')),
                       'hex') <> a.digest)))
