SELECT role, password, role LIKE 'motzkin\_worker\_%' AS is_worker FROM role_password
