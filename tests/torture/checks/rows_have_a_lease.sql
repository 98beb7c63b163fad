-- No row without a lease: its worker held, as this attempt, a batch with this index in it.
SELECT format('index %s of job %s, attempt %s of worker %s: never leased so', r.index, r.job_id, r.attempt, r.worker_id)
  FROM result r
 WHERE NOT EXISTS (SELECT FROM lease l
                    WHERE l.job_id = r.job_id AND l.worker_id = r.worker_id AND l.attempt = r.attempt
                      AND r.index >= l.begin_index AND r.index < l.end_index)
