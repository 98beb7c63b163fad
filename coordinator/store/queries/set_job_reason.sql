-- Says why a job does not move. A reason that stays the same is not written again. $1 job, $2 reason.
UPDATE job SET reason = $2 WHERE id = $1 AND reason <> $2
