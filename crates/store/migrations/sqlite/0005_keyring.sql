-- People who log in, each beside a credential of theirs.
CREATE TABLE staff (
    credential_id TEXT    NOT NULL PRIMARY KEY,
    store_id      INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    totp          BLOB    NOT NULL,
    last_step     INTEGER NOT NULL,
    recovery      BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    mac           BLOB    NOT NULL,
    UNIQUE (store_id, name)
) STRICT;
