-- The keyring: everything that opens or finds a person. Its backups live 35 days.
CREATE TABLE key_epochs (
    epoch      BIGINT NOT NULL PRIMARY KEY,
    wrapped    BYTEA   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE service_keys (
    kind       TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    generation BIGINT NOT NULL,
    wrapped    BYTEA   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, scope, generation)
);

CREATE TABLE subject_keys (
    subject_id     BYTEA   NOT NULL PRIMARY KEY,
    subject_number BIGINT NOT NULL UNIQUE,
    store_id       BIGINT NOT NULL,
    epoch          BIGINT NOT NULL,
    wrapped        BYTEA   NOT NULL
);

CREATE TABLE data_keys (
    subject_id BYTEA   NOT NULL,
    order_id   BYTEA   NOT NULL,
    category   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    epoch      BIGINT NOT NULL,
    wrapped    BYTEA   NOT NULL,
    PRIMARY KEY (subject_id, order_id, category, generation)
);

CREATE TABLE lookups (
    hash       BYTEA   NOT NULL,
    subject_id BYTEA   NOT NULL,
    kind       BIGINT NOT NULL,
    PRIMARY KEY (hash, subject_id)
);
-- The way back: erasing a subject must find its look-up rows.
CREATE INDEX lookups_by_subject ON lookups (subject_id, hash);

CREATE TABLE known_orders (
    hash       BYTEA   NOT NULL PRIMARY KEY,
    subject_id BYTEA,
    order_id   BYTEA,
    digest     BYTEA,
    updated_at BIGINT,
    erased_at  BIGINT
);
CREATE INDEX known_orders_by_subject ON known_orders (subject_id, order_id);

CREATE TABLE credentials (
    credential_id TEXT    NOT NULL PRIMARY KEY,
    store_id      BIGINT NOT NULL,
    key_hash      BYTEA   UNIQUE,
    recipient     TEXT    NOT NULL,
    grant_json    TEXT    NOT NULL,
    mac           BYTEA   NOT NULL,
    created_at    BIGINT NOT NULL,
    revoked_at    BIGINT
);

CREATE TABLE intents (
    intent_id  BYTEA   NOT NULL PRIMARY KEY,
    log_index  BIGINT NOT NULL,
    payload    BYTEA   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
