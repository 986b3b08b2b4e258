-- What several vaults share and append to: their logs and the ledger, in one order.

-- One row: whoever raises it has the turn until its transaction ends.
CREATE TABLE turns (
    id   BIGINT PRIMARY KEY,
    turn BIGINT NOT NULL
);
INSERT INTO turns (id, turn) VALUES (1, 0);

-- Who writes which log. `lease` grows with each holder, `beat` while the holder lives.
CREATE TABLE origins (
    origin     TEXT   PRIMARY KEY,
    holder     TEXT   NOT NULL,
    lease      BIGINT NOT NULL,
    beat       BIGINT NOT NULL,
    checkpoint TEXT   NOT NULL
);

-- Bytes of segments, and of the ledger: `at` is the byte within the segment.
CREATE TABLE chunks (
    origin  TEXT   NOT NULL,
    segment BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    turn    BIGINT NOT NULL,
    bytes   BYTEA  NOT NULL,
    PRIMARY KEY (origin, segment, at)
);
CREATE INDEX chunks_by_turn ON chunks (turn);
