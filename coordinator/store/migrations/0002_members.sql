-- 0002 adds who may call the coordinator. A certificate says who a caller is; these tables say what became of it.

-- A key for which the coordinator has issued a certificate, and whether that still counts.
CREATE TABLE member (
    key_sha256    bytea       NOT NULL,  -- of the public key in DER
    identity      text        NOT NULL,  -- as in the certificate: "worker UUID", "operator NAME" or "reader NAME"
    invite_sha256 bytea,                 -- the invite that brought it in, if one did
    join_time     timestamptz NOT NULL DEFAULT now(),
    expire_time   timestamptz NOT NULL,  -- of its first certificate
    revoke_time   timestamptz,
    CONSTRAINT member_pkey PRIMARY KEY (key_sha256),
    CONSTRAINT member_key_is_a_hash CHECK (length(key_sha256) = 32),
    CONSTRAINT member_identity_has_a_role CHECK (identity ~ '^(worker|operator|reader) [A-Za-z0-9._-]{1,40}$')
);

-- An invite that may still be used. Its secret is not kept.
CREATE TABLE invite (
    secret_sha256 bytea       NOT NULL,
    identity      text,  -- of the operator or reader that it is for; NULL for workers
    uses_left     integer     NOT NULL,
    expire_time   timestamptz NOT NULL,
    CONSTRAINT invite_pkey PRIMARY KEY (secret_sha256),
    CONSTRAINT invite_is_of_a_person CHECK (identity ~ '^(operator|reader) [A-Za-z0-9._-]{1,40}$'),
    CONSTRAINT invite_uses_in_range CHECK (uses_left BETWEEN 0 AND 1000)
);
