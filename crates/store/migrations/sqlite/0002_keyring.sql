-- Forgetting: policies in force, archive keys, who an archived order was, acts that need approval.
ALTER TABLE known_orders ADD COLUMN archived_at INTEGER;
CREATE INDEX known_orders_by_end ON known_orders (erased_at) WHERE erased_at IS NOT NULL;

CREATE TABLE archive_subjects (
    subject_id BLOB    NOT NULL PRIMARY KEY,
    origin_id  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_subjects_by_origin ON archive_subjects (origin_id, subject_id);

CREATE TABLE archive_keys (
    key_id     TEXT    NOT NULL PRIMARY KEY,
    public_key BLOB    NOT NULL,
    set_id     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    tested_at  INTEGER,
    mac        BLOB    NOT NULL
) STRICT;

CREATE TABLE policies (
    policy_id    INTEGER NOT NULL PRIMARY KEY,
    text         TEXT    NOT NULL,
    adopted_by   TEXT    NOT NULL,
    adopted_at   INTEGER NOT NULL,
    effective_at INTEGER NOT NULL,
    mac          BLOB    NOT NULL
) STRICT;

CREATE TABLE proposals (
    proposal_id  TEXT    NOT NULL PRIMARY KEY,
    store_id     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    frozen       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER,
    secret       BLOB,
    mac          BLOB    NOT NULL
) STRICT;

CREATE TABLE approvals (
    proposal_id   TEXT    NOT NULL,
    recipient     TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    approved_at   INTEGER NOT NULL,
    mac           BLOB    NOT NULL,
    PRIMARY KEY (proposal_id, recipient)
) STRICT, WITHOUT ROWID;
