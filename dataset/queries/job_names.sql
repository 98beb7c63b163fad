-- What a mistyped name may have meant.
SELECT job FROM jobs ORDER BY started DESC LIMIT 10
