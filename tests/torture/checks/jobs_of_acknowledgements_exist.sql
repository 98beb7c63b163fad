-- Every job that an acknowledgement names exists.
SELECT DISTINCT format('a row of job %s was acknowledged, and there is no such job', a.job_uuid)
  FROM acknowledged a LEFT JOIN job j ON j.uuid = a.job_uuid
 WHERE j.id IS NULL
