//! Alerts, and what became of each on each channel.

use crate::{Row, StoreError, Tx, args};
use lethe_model::StoreId;

const INSERT: &str = "INSERT INTO alerts (alert_id, store_id, raised_at, last_at, times, kind, severity, \
     credential_id, owner, sentence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const AGAIN: &str = "UPDATE alerts SET last_at = $1, times = times + 1 WHERE alert_id = $2";
const SIMILAR: &str = "SELECT alert_id FROM alerts WHERE store_id = $1 AND kind = $2 \
     AND COALESCE(credential_id, '') = $3 AND raised_at > $4 ORDER BY raised_at DESC, alert_id LIMIT 1";
const LIST: &str = "SELECT alert_id, store_id, raised_at, last_at, times, kind, severity, credential_id, \
     owner, sentence FROM alerts WHERE store_id = $1 ORDER BY raised_at DESC, alert_id LIMIT $2";
const FETCH: &str = "SELECT alert_id, store_id, raised_at, last_at, times, kind, severity, credential_id, \
     owner, sentence FROM alerts WHERE alert_id = $1";
const DUE: &str = "SELECT alert_id, store_id, raised_at, last_at, times, kind, severity, credential_id, \
     owner, sentence FROM alerts WHERE raised_at > $1 AND NOT EXISTS (SELECT 1 FROM alert_deliveries d \
     WHERE d.alert_id = alerts.alert_id AND d.channel = $2 \
     AND (d.delivered_at IS NOT NULL OR d.next_at > $3)) ORDER BY raised_at, alert_id LIMIT $4";
const NOTE: &str = "INSERT INTO alert_deliveries (alert_id, channel, attempts, next_at, delivered_at) \
     VALUES ($1, $2, 1, $3, $4) ON CONFLICT (alert_id, channel) DO UPDATE SET \
     attempts = alert_deliveries.attempts + 1, next_at = excluded.next_at, \
     delivered_at = excluded.delivered_at";
const DELIVERIES: &str = "SELECT channel, attempts, next_at, delivered_at FROM alert_deliveries \
     WHERE alert_id = $1 ORDER BY channel";

pub(crate) const STATEMENTS: &[&str] =
    &[INSERT, AGAIN, SIMILAR, LIST, FETCH, DUE, NOTE, DELIVERIES];

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// When it was raised first, Unix milliseconds.
    pub raised_at: i64,
    /// When the same happened last, Unix milliseconds.
    pub last_at: i64,
    /// How often within the hour after it was raised.
    pub times: i64,
    /// What happened, from the keeper's closed list.
    pub kind: String,
    /// How bad it is.
    pub severity: String,
    /// The credential that it is about.
    pub credential: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
    /// What happened, in a sentence without personal data.
    pub sentence: String,
}

/// What became of an alert on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The channel's name.
    pub channel: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Not tried again before, Unix milliseconds.
    pub next_at: i64,
    /// When it got through, Unix milliseconds.
    pub delivered_at: Option<i64>,
}

/// Adds an alert.
pub fn insert(tx: &Tx<'_>, row: &AlertRow) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        args![
            &row.id,
            row.store.0,
            row.raised_at,
            row.last_at,
            row.times,
            &row.kind,
            &row.severity,
            row.credential.as_ref(),
            row.owner.as_ref(),
            &row.sentence,
        ],
    )?;
    Ok(())
}

/// Finds an alert of the same kind about the same credential that was raised after a moment.
pub fn similar(
    tx: &Tx<'_>,
    store: StoreId,
    kind: &str,
    credential: Option<&str>,
    after_ms: i64,
) -> Result<Option<String>, StoreError> {
    let credential = credential.unwrap_or_default();
    let args = args![store.0, kind, credential, after_ms];
    tx.query_first(SIMILAR, args, |row| row.text(0))
}

/// Notes that the same happened again.
pub fn again(tx: &Tx<'_>, id: &str, at_ms: i64) -> Result<(), StoreError> {
    tx.execute(AGAIN, args![at_ms, id])?;
    Ok(())
}

/// Lists a shop's alerts, the newest first.
pub fn list(tx: &Tx<'_>, store: StoreId, limit: i64) -> Result<Vec<AlertRow>, StoreError> {
    tx.query(LIST, args![store.0, limit], from_row)
}

/// Fetches one.
pub fn fetch(tx: &Tx<'_>, id: &str) -> Result<Option<AlertRow>, StoreError> {
    tx.query_first(FETCH, args![id], from_row)
}

/// Lists what a channel has to deliver now, the oldest first: of all shops, raised after a moment.
pub fn due(
    tx: &Tx<'_>,
    channel: &str,
    after_ms: i64,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<AlertRow>, StoreError> {
    tx.query(DUE, args![after_ms, channel, now_ms, limit], from_row)
}

/// Notes an attempt, and whether it got through.
pub fn note(
    tx: &Tx<'_>,
    id: &str,
    channel: &str,
    next_at: i64,
    delivered_at: Option<i64>,
) -> Result<(), StoreError> {
    tx.execute(NOTE, args![id, channel, next_at, delivered_at])?;
    Ok(())
}

/// Lists what became of an alert.
pub fn deliveries(tx: &Tx<'_>, id: &str) -> Result<Vec<DeliveryRow>, StoreError> {
    tx.query(DELIVERIES, args![id], |row| {
        Ok(DeliveryRow {
            channel: row.text(0)?,
            attempts: row.int(1)?,
            next_at: row.int(2)?,
            delivered_at: row.opt_int(3)?,
        })
    })
}

fn from_row(row: &Row<'_>) -> Result<AlertRow, StoreError> {
    Ok(AlertRow {
        id: row.text(0)?,
        store: StoreId(row.int(1)?),
        raised_at: row.int(2)?,
        last_at: row.int(3)?,
        times: row.int(4)?,
        kind: row.text(5)?,
        severity: row.text(6)?,
        credential: row.opt_text(7)?,
        owner: row.opt_text(8)?,
        sentence: row.text(9)?,
    })
}
