-- Forgetting: what retention clocks start from, what is held back, what remains as statistics.
ALTER TABLE orders ADD COLUMN delivered_on INTEGER;
ALTER TABLE orders ADD COLUMN refunded_on INTEGER;

CREATE TABLE order_events (
    subject_id BLOB    NOT NULL,
    order_id   BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    reference  TEXT    NOT NULL,
    opened_on  INTEGER NOT NULL,
    closed_on  INTEGER,
    PRIMARY KEY (subject_id, order_id, kind, reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
    subject_id BLOB    NOT NULL PRIMARY KEY,
    store_id   INTEGER NOT NULL,
    created_on INTEGER,
    last_on    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE legal_holds (
    hold_id     TEXT    NOT NULL PRIMARY KEY,
    store_id    INTEGER NOT NULL,
    matter      TEXT    NOT NULL,
    ground      TEXT    NOT NULL,
    placed_by   TEXT    NOT NULL,
    placed_at   INTEGER NOT NULL,
    review_on   INTEGER NOT NULL,
    released_by TEXT,
    released_at INTEGER
) STRICT;

CREATE TABLE held_records (
    subject_id BLOB    NOT NULL,
    order_id   BLOB    NOT NULL,
    category   INTEGER NOT NULL,
    hold_id    TEXT    NOT NULL,
    PRIMARY KEY (subject_id, order_id, category, hold_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_records_by_hold ON held_records (hold_id, subject_id);

CREATE TABLE erasures (
    erasure_id   TEXT    NOT NULL PRIMARY KEY,
    store_id     INTEGER NOT NULL,
    subject_id   BLOB,
    state        TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    requested_at INTEGER NOT NULL,
    not_before   INTEGER NOT NULL,
    erased_at    INTEGER,
    report       TEXT
) STRICT;

CREATE TABLE holders (
    store_id       INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    receives       TEXT    NOT NULL,
    retention_days INTEGER,
    PRIMARY KEY (store_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasure_holders (
    erasure_id   TEXT    NOT NULL,
    holder       TEXT    NOT NULL,
    asked_at     INTEGER NOT NULL,
    confirmed_at INTEGER,
    evidence     TEXT,
    PRIMARY KEY (erasure_id, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_runs (
    run_id      TEXT    NOT NULL PRIMARY KEY,
    store_id    INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    started_by  TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    today       INTEGER NOT NULL,
    policy_hash BLOB    NOT NULL,
    at_phase    INTEGER NOT NULL,
    at_subject  BLOB    NOT NULL,
    at_order    BLOB    NOT NULL,
    report      TEXT    NOT NULL
) STRICT;

CREATE TABLE statistics (
    store_id    INTEGER NOT NULL,
    month       INTEGER NOT NULL,
    country     TEXT    NOT NULL,
    product     TEXT    NOT NULL,
    currency    TEXT    NOT NULL,
    band        INTEGER NOT NULL,
    orders      INTEGER NOT NULL,
    total_minor INTEGER NOT NULL,
    settled_at  INTEGER,
    PRIMARY KEY (store_id, month, country, product, currency, band)
) STRICT, WITHOUT ROWID;
