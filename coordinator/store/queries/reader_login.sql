SELECT role, password FROM role_password WHERE worker_uuid IS NULL
