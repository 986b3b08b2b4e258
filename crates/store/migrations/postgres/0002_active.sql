-- Forgetting: what retention clocks start from, what is held back, what remains as statistics.
ALTER TABLE orders ADD COLUMN delivered_on BIGINT;
ALTER TABLE orders ADD COLUMN refunded_on BIGINT;

CREATE TABLE order_events (
    subject_id BYTEA  NOT NULL,
    order_id   BYTEA  NOT NULL,
    kind       TEXT    NOT NULL,
    reference  TEXT    NOT NULL,
    opened_on  BIGINT NOT NULL,
    closed_on  BIGINT,
    PRIMARY KEY (subject_id, order_id, kind, reference)
);

CREATE TABLE contacts (
    subject_id BYTEA  NOT NULL PRIMARY KEY,
    store_id   BIGINT NOT NULL,
    created_on BIGINT,
    last_on    BIGINT
);

CREATE TABLE legal_holds (
    hold_id     TEXT    NOT NULL PRIMARY KEY,
    store_id    BIGINT NOT NULL,
    matter      TEXT    NOT NULL,
    ground      TEXT    NOT NULL,
    placed_by   TEXT    NOT NULL,
    placed_at   BIGINT NOT NULL,
    review_on   BIGINT NOT NULL,
    released_by TEXT,
    released_at BIGINT
);

CREATE TABLE held_records (
    subject_id BYTEA  NOT NULL,
    order_id   BYTEA  NOT NULL,
    category   BIGINT NOT NULL,
    hold_id    TEXT    NOT NULL,
    PRIMARY KEY (subject_id, order_id, category, hold_id)
);
CREATE INDEX held_records_by_hold ON held_records (hold_id, subject_id);

CREATE TABLE erasures (
    erasure_id   TEXT    NOT NULL PRIMARY KEY,
    store_id     BIGINT NOT NULL,
    subject_id   BYTEA ,
    state        TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    requested_at BIGINT NOT NULL,
    not_before   BIGINT NOT NULL,
    erased_at    BIGINT,
    report       TEXT
);

CREATE TABLE holders (
    store_id       BIGINT NOT NULL,
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL,
    receives       TEXT    NOT NULL,
    retention_days BIGINT,
    PRIMARY KEY (store_id, name)
);

CREATE TABLE erasure_holders (
    erasure_id   TEXT    NOT NULL,
    holder       TEXT    NOT NULL,
    asked_at     BIGINT NOT NULL,
    confirmed_at BIGINT,
    evidence     TEXT,
    PRIMARY KEY (erasure_id, holder)
);

CREATE TABLE retention_runs (
    run_id      TEXT    NOT NULL PRIMARY KEY,
    store_id    BIGINT NOT NULL,
    state       TEXT    NOT NULL,
    started_by  TEXT    NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    today       BIGINT NOT NULL,
    policy_hash BYTEA  NOT NULL,
    at_phase    BIGINT NOT NULL,
    at_subject  BYTEA  NOT NULL,
    at_order    BYTEA  NOT NULL,
    report      TEXT    NOT NULL
);

CREATE TABLE statistics (
    store_id    BIGINT NOT NULL,
    month       BIGINT NOT NULL,
    country     TEXT    NOT NULL,
    product     TEXT    NOT NULL,
    currency    TEXT    NOT NULL,
    band        BIGINT NOT NULL,
    orders      BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    settled_at  BIGINT,
    PRIMARY KEY (store_id, month, country, product, currency, band)
);
