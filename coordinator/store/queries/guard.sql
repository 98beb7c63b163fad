-- Sets login roles back and ends greedy sessions. Returns a sentence for each.
SELECT done.what FROM set_back_logins() AS done(what)
UNION ALL
SELECT done.what FROM end_greedy_sessions() AS done(what)
