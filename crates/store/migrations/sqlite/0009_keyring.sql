-- Two people of one role are two approvers: what approves once is a credential.
CREATE TABLE approvals_by_credential (
    proposal_id   TEXT    NOT NULL,
    recipient     TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    approved_at   INTEGER NOT NULL,
    mac           BLOB NOT NULL,
    PRIMARY KEY (proposal_id, credential_id)
) STRICT, WITHOUT ROWID;
INSERT INTO approvals_by_credential (proposal_id, recipient, credential_id, approved_at, mac)
    SELECT proposal_id, recipient, credential_id, approved_at, mac FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_by_credential RENAME TO approvals;
