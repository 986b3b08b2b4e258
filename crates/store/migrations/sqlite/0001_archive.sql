-- The archive: what the law still wants. Each order is a subject of its own here; the record key is
-- sealed to a financial year's key that is not on this machine, and wrapped by the keyring outside.
CREATE TABLE archived_records (
    subject_id  BLOB    NOT NULL,
    order_id    BLOB    NOT NULL,
    category    INTEGER NOT NULL,
    store_id    INTEGER NOT NULL,
    key_id      TEXT    NOT NULL,
    sealed_key  BLOB    NOT NULL,
    envelope    BLOB    NOT NULL,
    clock       TEXT    NOT NULL,
    archived_on INTEGER NOT NULL,
    PRIMARY KEY (subject_id, order_id, category)
) STRICT, WITHOUT ROWID;
