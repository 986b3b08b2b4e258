-- The active store: sealed records, and who bought what under pseudonyms.
CREATE TABLE stores (
    store_id   BIGINT NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    controller TEXT    NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE orders (
    subject_id         BYTEA   NOT NULL,
    order_id           BYTEA   NOT NULL,
    store_id           BIGINT NOT NULL,
    recipient_id       BYTEA,
    linked_by          TEXT,
    country            TEXT,
    currency           TEXT,
    total_minor        BIGINT,
    refunded_minor     BIGINT,
    ordered_on         BIGINT,
    paid_on            BIGINT,
    fulfilled_on       BIGINT,
    cancelled_on       BIGINT,
    financial_status   TEXT,
    fulfillment_status TEXT,
    accepts_marketing  BIGINT,
    lines              TEXT    NOT NULL,
    revision           BIGINT NOT NULL,
    PRIMARY KEY (subject_id, order_id)
);

CREATE TABLE records (
    subject_id BYTEA   NOT NULL,
    order_id   BYTEA   NOT NULL,
    category   BIGINT NOT NULL,
    store_id   BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    envelope   BYTEA   NOT NULL,
    PRIMARY KEY (subject_id, order_id, category)
);

CREATE TABLE batches (
    intent_id  BYTEA   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE import_progress (
    source     BYTEA   NOT NULL PRIMARY KEY,
    rows_done  BIGINT NOT NULL,
    report     TEXT    NOT NULL,
    updated_at BIGINT NOT NULL
);
