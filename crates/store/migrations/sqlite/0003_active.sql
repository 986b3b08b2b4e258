-- Statistics show a group only when enough people are in it, not only enough orders. Groups that were
-- counted before this column say nothing about people: they count as nobody's.
ALTER TABLE statistics ADD COLUMN buyers INTEGER NOT NULL DEFAULT 0;

-- Who is counted as a buyer of a month already. A row goes with the last trace of its subject in the
-- active store, and with the closing of its month.
CREATE TABLE counted_buyers (
    subject_id BLOB    NOT NULL,
    month      INTEGER NOT NULL,
    store_id   INTEGER NOT NULL,
    PRIMARY KEY (subject_id, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX counted_buyers_by_month ON counted_buyers (store_id, month);
