-- The active store: sealed records, and who bought what under pseudonyms.
CREATE TABLE stores (
    store_id   INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    controller TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE orders (
    subject_id         BLOB    NOT NULL,
    order_id           BLOB    NOT NULL,
    store_id           INTEGER NOT NULL,
    recipient_id       BLOB,
    linked_by          TEXT,
    country            TEXT,
    currency           TEXT,
    total_minor        INTEGER,
    refunded_minor     INTEGER,
    ordered_on         INTEGER,
    paid_on            INTEGER,
    fulfilled_on       INTEGER,
    cancelled_on       INTEGER,
    financial_status   TEXT,
    fulfillment_status TEXT,
    accepts_marketing  INTEGER,
    lines              TEXT    NOT NULL,
    revision           INTEGER NOT NULL,
    PRIMARY KEY (subject_id, order_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    subject_id BLOB    NOT NULL,
    order_id   BLOB    NOT NULL,
    category   INTEGER NOT NULL,
    store_id   INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    envelope   BLOB    NOT NULL,
    PRIMARY KEY (subject_id, order_id, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
    intent_id  BLOB    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE import_progress (
    source     BLOB    NOT NULL PRIMARY KEY,
    rows_done  INTEGER NOT NULL,
    report     TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
