-- Alerts with what became of each on each channel, and credentials that vendors hold elsewhere.
CREATE TABLE alerts (
    alert_id      TEXT    NOT NULL PRIMARY KEY,
    store_id      INTEGER NOT NULL,
    raised_at     INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    times         INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    severity      TEXT    NOT NULL,
    credential_id TEXT,
    owner         TEXT,
    sentence      TEXT    NOT NULL
) STRICT;
CREATE INDEX alerts_by_time ON alerts (raised_at);

CREATE TABLE alert_deliveries (
    alert_id     TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    attempts     INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    delivered_at INTEGER,
    PRIMARY KEY (alert_id, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE vendor_keys (
    vendor_key_id TEXT    NOT NULL PRIMARY KEY,
    store_id      INTEGER NOT NULL,
    vendor        TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    owner         TEXT,
    scopes        TEXT    NOT NULL,
    categories    TEXT    NOT NULL,
    created_on    INTEGER NOT NULL,
    rotated_on    INTEGER,
    used_on       INTEGER,
    expires_on    INTEGER,
    can_export    INTEGER NOT NULL,
    has_networks  INTEGER NOT NULL,
    recipient     TEXT,
    people        INTEGER,
    people_on     INTEGER
) STRICT;
