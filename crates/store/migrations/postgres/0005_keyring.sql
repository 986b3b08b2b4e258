-- People who log in, each beside a credential of theirs.
CREATE TABLE staff (
    credential_id TEXT    NOT NULL PRIMARY KEY,
    store_id      BIGINT  NOT NULL,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    totp          BYTEA   NOT NULL,
    last_step     BIGINT  NOT NULL,
    recovery      BYTEA   NOT NULL,
    created_at    BIGINT  NOT NULL,
    changed_at    BIGINT  NOT NULL,
    mac           BYTEA   NOT NULL,
    UNIQUE (store_id, name)
);
