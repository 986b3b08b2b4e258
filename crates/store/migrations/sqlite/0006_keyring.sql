-- Emergencies in which a credential was given more for an hour, and what came of looking at them.
CREATE TABLE break_glass (
    id       TEXT   NOT NULL PRIMARY KEY,
    store_id INTEGER NOT NULL,
    body     TEXT   NOT NULL,
    mac      BYTEA  NOT NULL
);
