-- The keyring: everything that opens or finds a person. Its backups live 35 days.
CREATE TABLE key_epochs (
    epoch      INTEGER NOT NULL PRIMARY KEY,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE service_keys (
    kind       TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, scope, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE subject_keys (
    subject_id     BLOB    NOT NULL PRIMARY KEY,
    subject_number INTEGER NOT NULL UNIQUE,
    store_id       INTEGER NOT NULL,
    epoch          INTEGER NOT NULL,
    wrapped        BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE data_keys (
    subject_id BLOB    NOT NULL,
    order_id   BLOB    NOT NULL,
    category   INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    PRIMARY KEY (subject_id, order_id, category, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE lookups (
    hash       BLOB    NOT NULL,
    subject_id BLOB    NOT NULL,
    kind       INTEGER NOT NULL,
    PRIMARY KEY (hash, subject_id)
) STRICT, WITHOUT ROWID;
-- The way back: erasing a subject must find its look-up rows.
CREATE INDEX lookups_by_subject ON lookups (subject_id, hash);

CREATE TABLE known_orders (
    hash       BLOB    NOT NULL PRIMARY KEY,
    subject_id BLOB,
    order_id   BLOB,
    digest     BLOB,
    updated_at INTEGER,
    erased_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX known_orders_by_subject ON known_orders (subject_id, order_id);

CREATE TABLE credentials (
    credential_id TEXT    NOT NULL PRIMARY KEY,
    store_id      INTEGER NOT NULL,
    key_hash      BLOB    UNIQUE,
    recipient     TEXT    NOT NULL,
    grant_json    TEXT    NOT NULL,
    mac           BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT;

CREATE TABLE intents (
    intent_id  BLOB    NOT NULL PRIMARY KEY,
    log_index  INTEGER NOT NULL,
    payload    BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
