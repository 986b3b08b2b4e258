//! Acts that need two approvers: frozen as they were asked for, approved, used once.

use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const INSERT: &str = "INSERT INTO proposals (proposal_id, store_id, kind, frozen, reason, \
     requested_by, created_at, expires_at, secret, mac) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const LIST: &str = "SELECT proposal_id, store_id, kind, frozen, reason, requested_by, created_at, \
     expires_at, used_at, secret, mac FROM proposals WHERE store_id = $1 ORDER BY created_at, proposal_id";
const FETCH: &str = "SELECT proposal_id, store_id, kind, frozen, reason, requested_by, created_at, \
     expires_at, used_at, secret, mac FROM proposals WHERE proposal_id = $1";
const USE: &str =
    "UPDATE proposals SET used_at = $1, secret = NULL WHERE proposal_id = $2 AND used_at IS NULL";
const APPROVE: &str = "INSERT INTO approvals (proposal_id, recipient, credential_id, approved_at, mac) \
     VALUES ($1, $2, $3, $4, $5)";
const APPROVALS: &str = "SELECT recipient, credential_id, approved_at, mac FROM approvals \
     WHERE proposal_id = $1 ORDER BY approved_at, credential_id";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST, FETCH, USE, APPROVE, APPROVALS];

/// An act that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// What would be done.
    pub kind: String,
    /// Exactly what was asked for, as JSON in ids.
    pub frozen: String,
    /// Why, in the requester's words.
    pub reason: String,
    /// The credential that asked.
    pub requested_by: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub expires_at: i64,
    /// When it was done, Unix milliseconds: it cannot be done twice.
    pub used_at: Option<i64>,
    /// A wrapped secret that serves this act alone.
    pub secret: Option<Vec<u8>>,
    /// Over everything that was frozen.
    pub mac: [u8; 32],
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The recipient of the credential that approved.
    pub recipient: String,
    /// The key that approved.
    pub credential: String,
    /// Unix milliseconds.
    pub approved_at: i64,
    /// Over proposal, approver and time.
    pub mac: [u8; 32],
}

/// Notes what is asked for.
pub fn insert(tx: &Tx<'_>, row: &ProposalRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.id,
            row.store.0,
            &row.kind,
            &row.frozen,
            &row.reason,
            &row.requested_by,
            row.created_at,
            row.expires_at,
            row.secret.as_ref(),
            &row.mac,
        ],
    )?;
    Ok(())
}

/// Lists a shop's proposals, oldest first.
pub fn list(tx: &Tx<'_>, store: StoreId) -> Result<Vec<ProposalRow>, StoreError> {
    tx.query(LIST, args![store.0], from_row)
}

/// Fetches one.
pub fn fetch(tx: &Tx<'_>, id: &str) -> Result<Option<ProposalRow>, StoreError> {
    tx.query_first(FETCH, args![id], from_row)
}

/// Uses a proposal up; says whether it was still unused.
pub fn use_up(tx: &Tx<'_>, id: &str, at_ms: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(USE, args![at_ms, id])? == 1)
}

/// Notes an approval.
pub fn approve(tx: &Tx<'_>, proposal: &str, row: &ApprovalRow) -> Result<(), StoreError> {
    let (who, key) = (&row.recipient, &row.credential);
    tx.execute(
        APPROVE,
        args![proposal, who, key, row.approved_at, &row.mac],
    )?;
    Ok(())
}

/// Lists the approvals of a proposal.
pub fn approvals(tx: &Tx<'_>, proposal: &str) -> Result<Vec<ApprovalRow>, StoreError> {
    tx.query(APPROVALS, args![proposal], |row| {
        Ok(ApprovalRow {
            recipient: row.text(0)?,
            credential: row.text(1)?,
            approved_at: row.int(2)?,
            mac: row.array(3, "approvals")?,
        })
    })
}

fn from_row(row: &Row<'_>) -> Result<ProposalRow, StoreError> {
    Ok(ProposalRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        kind: row.text(2)?,
        frozen: row.text(3)?,
        reason: row.text(4)?,
        requested_by: row.text(5)?,
        created_at: row.int(6)?,
        expires_at: row.int(7)?,
        used_at: row.opt_int(8)?,
        secret: row.opt_blob(9)?,
        mac: row.array(10, "proposals")?,
    })
}
