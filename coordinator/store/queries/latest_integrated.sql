-- Lists the latest integrated results of all jobs. $1 limit.
SELECT index, integrand, integral, split_part(engine, ' ', 1) AS engine
  FROM recent_result WHERE outcome = 'integrated' ORDER BY time DESC, index DESC LIMIT $1
