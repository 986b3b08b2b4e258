-- What several vaults share and append to: their logs and the ledger, in one order.

-- One row: whoever raises it has the turn until its transaction ends.
CREATE TABLE turns (
    id   INTEGER NOT NULL PRIMARY KEY,
    turn INTEGER NOT NULL
) STRICT;
INSERT INTO turns (id, turn) VALUES (1, 0);

-- Who writes which log. `lease` grows with each holder, `beat` while the holder lives.
CREATE TABLE origins (
    origin     TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT   NOT NULL,
    lease      INTEGER NOT NULL,
    beat       INTEGER NOT NULL,
    checkpoint TEXT   NOT NULL
) STRICT, WITHOUT ROWID;

-- Bytes of segments, and of the ledger: `at` is the byte within the segment.
CREATE TABLE chunks (
    origin  TEXT   NOT NULL,
    segment INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    turn    INTEGER NOT NULL,
    bytes   BLOB   NOT NULL,
    PRIMARY KEY (origin, segment, at)
) STRICT;
CREATE INDEX chunks_by_turn ON chunks (turn);
