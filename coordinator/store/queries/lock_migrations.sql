-- Makes coordinators that start together migrate one after the other. Only the owner may lock the table.
SET LOCAL lock_timeout = '1min';
LOCK TABLE motzkin.schema_migration IN SHARE ROW EXCLUSIVE MODE;
