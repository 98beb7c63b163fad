-- Notes the rows of a newly sealed range that will be audited: some of the negatives and of the integrals. Only the
-- coordinator can foretell which. An audit is there already if the range was sealed before and opened again.
-- $1 job, $2 begin, $3 end, $4 one negative in how many, $5 one integral in how many; 0: none.
INSERT INTO audit (job_id, index, first_outcome, first_worker_id)
SELECT r.job_id, r.index, r.outcome, r.worker_id
  FROM result r JOIN job j ON j.id = r.job_id, cluster c
 WHERE r.job_id = $1 AND r.index >= $2 AND r.index < $3
   AND CASE WHEN r.outcome = 'integrated' THEN is_audited(c.audit_salt, j.uuid, r.index, $5::integer)
            WHEN label_of(r.outcome, r.answer_class, j.answers) = false
                THEN is_audited(c.audit_salt, j.uuid, r.index, $4::integer) END
ON CONFLICT DO NOTHING
