-- The page may have a password, with which its owner signs in.

CREATE TABLE page_password (
    one      boolean     NOT NULL DEFAULT true,  -- there is one row at most
    hash     text        NOT NULL,               -- by scrypt, with its costs and its salt
    set_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT page_password_pkey PRIMARY KEY (one),
    CONSTRAINT page_password_is_one CHECK (one),
    CONSTRAINT page_password_is_hashed CHECK (hash ~ '^\$scrypt\$[!-~]{1,200}$')
);
