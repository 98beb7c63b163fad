-- Makes what role_password says of a role true. $1 the role.
SELECT open_login($1)
