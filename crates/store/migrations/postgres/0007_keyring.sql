-- Alerts with what became of each on each channel, and credentials that vendors hold elsewhere.
CREATE TABLE alerts (
    alert_id      TEXT    NOT NULL PRIMARY KEY,
    store_id      BIGINT NOT NULL,
    raised_at     BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    times         BIGINT NOT NULL,
    kind          TEXT    NOT NULL,
    severity      TEXT    NOT NULL,
    credential_id TEXT,
    owner         TEXT,
    sentence      TEXT    NOT NULL
);
CREATE INDEX alerts_by_time ON alerts (raised_at);

CREATE TABLE alert_deliveries (
    alert_id     TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    attempts     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL,
    delivered_at BIGINT,
    PRIMARY KEY (alert_id, channel)
);

CREATE TABLE vendor_keys (
    vendor_key_id TEXT    NOT NULL PRIMARY KEY,
    store_id      BIGINT NOT NULL,
    vendor        TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    label         TEXT    NOT NULL,
    owner         TEXT,
    scopes        TEXT    NOT NULL,
    categories    TEXT    NOT NULL,
    created_on    BIGINT NOT NULL,
    rotated_on    BIGINT,
    used_on       BIGINT,
    expires_on    BIGINT,
    can_export    BIGINT NOT NULL,
    has_networks  BIGINT NOT NULL,
    recipient     TEXT,
    people        BIGINT,
    people_on     BIGINT
);
