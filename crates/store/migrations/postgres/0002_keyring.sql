-- Forgetting: policies in force, archive keys, who an archived order was, acts that need approval.
ALTER TABLE known_orders ADD COLUMN archived_at BIGINT;
CREATE INDEX known_orders_by_end ON known_orders (erased_at) WHERE erased_at IS NOT NULL;

CREATE TABLE archive_subjects (
    subject_id BYTEA  NOT NULL PRIMARY KEY,
    origin_id  BYTEA  NOT NULL
);
CREATE INDEX archive_subjects_by_origin ON archive_subjects (origin_id, subject_id);

CREATE TABLE archive_keys (
    key_id     TEXT    NOT NULL PRIMARY KEY,
    public_key BYTEA  NOT NULL,
    set_id     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    tested_at  BIGINT,
    mac        BYTEA  NOT NULL
);

CREATE TABLE policies (
    policy_id    BIGINT NOT NULL PRIMARY KEY,
    text         TEXT    NOT NULL,
    adopted_by   TEXT    NOT NULL,
    adopted_at   BIGINT NOT NULL,
    effective_at BIGINT NOT NULL,
    mac          BYTEA  NOT NULL
);

CREATE TABLE proposals (
    proposal_id  TEXT    NOT NULL PRIMARY KEY,
    store_id     BIGINT NOT NULL,
    kind         TEXT    NOT NULL,
    frozen       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT,
    secret       BYTEA ,
    mac          BYTEA  NOT NULL
);

CREATE TABLE approvals (
    proposal_id   TEXT    NOT NULL,
    recipient     TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    approved_at   BIGINT NOT NULL,
    mac           BYTEA  NOT NULL,
    PRIMARY KEY (proposal_id, recipient)
);
