-- The archive: what the law still wants. Each order is a subject of its own here; the record key is
-- sealed to a financial year's key that is not on this machine, and wrapped by the keyring outside.
CREATE TABLE archived_records (
    subject_id  BYTEA  NOT NULL,
    order_id    BYTEA  NOT NULL,
    category    BIGINT NOT NULL,
    store_id    BIGINT NOT NULL,
    key_id      TEXT    NOT NULL,
    sealed_key  BYTEA  NOT NULL,
    envelope    BYTEA  NOT NULL,
    clock       TEXT    NOT NULL,
    archived_on BIGINT NOT NULL,
    PRIMARY KEY (subject_id, order_id, category)
);
