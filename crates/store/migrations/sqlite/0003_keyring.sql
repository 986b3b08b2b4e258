-- Credentials that are held back, what each has met so far, and the installation's own settings.
ALTER TABLE credentials ADD COLUMN standing TEXT;

CREATE TABLE tallies (
    name     TEXT  NOT NULL PRIMARY KEY,
    snapshot BYTEA NOT NULL
);

CREATE TABLE settings (
    name  TEXT  NOT NULL PRIMARY KEY,
    value TEXT  NOT NULL,
    mac   BYTEA NOT NULL
);
