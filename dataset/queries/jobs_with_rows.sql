SELECT job FROM jobs WHERE archived IS NULL AND sealed > 0 ORDER BY started
