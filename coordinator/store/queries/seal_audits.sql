-- Notes the negatives of a newly sealed range that will be audited. is_audited() depends on seed and index alone, so
-- every run of a job audits the same ones. An audit is there already if the range was sealed before and opened again. $1 job, $2 begin, $3 end.
INSERT INTO audit (job_id, index, first_outcome, first_worker_id)
SELECT r.job_id, r.index, r.outcome, r.worker_id
  FROM result r JOIN job j ON j.id = r.job_id
 WHERE r.job_id = $1 AND r.index >= $2 AND r.index < $3
   AND label_of(r.outcome, r.answer_class, j.answers) = false
   AND is_audited(coalesce(j.spec_json ->> 'seed', '0'), r.index)
ON CONFLICT DO NOTHING
