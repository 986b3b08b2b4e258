//! Erasures: following them, taking them back, holders that confirm.

mod cancel;
mod confirm_holder;
mod fetch;
mod list;

use crate::app::Shared;
use jiff::Timestamp;
use jiff::civil::Date;
use lethe_ops::{ErasureView, KeptRecords};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_erasures))
        .routes(routes!(fetch::fetch_erasure))
        .routes(routes!(cancel::cancel_erasure))
        .routes(routes!(confirm_holder::confirm_holder))
}

/// An erasure. Nothing in it leads to the person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "era_5f0c2a9b31de77aa", "state": "waiting", "requested_by": "key_5f0c2a9b31de",
    "requested_at": "2026-03-02T10:15:30Z", "not_before": "2026-03-04T10:15:30Z",
    "erased_at": null, "holders": [], "done": null
}))]
pub(crate) struct Erasure {
    /// Its public id.
    id: String,
    /// `waiting`, `cancelled`, `held` (a legal hold keeps a part), `partial` (holders of copies have
    /// not all confirmed) or `complete`.
    state: String,
    /// The key that asked.
    requested_by: String,
    /// When it was asked for.
    #[schema(value_type = String)]
    requested_at: Timestamp,
    /// It is carried out by itself from then on, unless it is taken back.
    #[schema(value_type = String)]
    not_before: Timestamp,
    /// When it was carried out here.
    #[schema(value_type = Option<String>)]
    erased_at: Option<Timestamp>,
    /// Holders of copies that were asked to erase theirs.
    holders: Vec<AskedHolder>,
    /// What was done, once it is.
    done: Option<ErasureDone>,
}

/// A holder of copies that was asked to erase them.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskedHolder {
    /// A company's or a tool's name.
    name: String,
    /// When it was asked.
    #[schema(value_type = String)]
    asked_at: Timestamp,
    /// When its confirmation was noted.
    #[schema(value_type = Option<String>)]
    confirmed_at: Option<Timestamp>,
    /// How that is known.
    evidence: Option<String>,
}

/// What an erasure did.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureDone {
    /// Subjects erased: the person, and recipients known only through this person's gifts.
    subjects: usize,
    /// Records erased.
    records: u64,
    /// The kinds of records erased.
    categories: Vec<String>,
    /// Orders whose number stays, as a tombstone or in the archive, so that no import brings them
    /// back.
    orders: u64,
    /// What is kept, until when and why.
    kept: Vec<Kept>,
}

/// What the vault keeps of an erasure's outcome: counts, and nothing that leads to the person.
#[derive(Deserialize)]
struct StoredReport {
    subjects: usize,
    records: u64,
    orders: u64,
    categories: Vec<String>,
    kept: Vec<KeptRecords>,
}

/// Records that are kept although the person asked for erasure.
#[derive(Serialize, ToSchema)]
pub(crate) struct Kept {
    /// The kind of record.
    category: String,
    /// How many.
    records: u64,
    /// The fields that stay.
    fields: Vec<String>,
    /// The last day they stay; null while a legal hold has no end.
    #[schema(value_type = Option<String>)]
    until: Option<Date>,
    /// Why.
    reason: String,
    /// The legal reference.
    reference: String,
    /// Where: `archive` or `active`.
    place: String,
}

impl From<ErasureView> for Erasure {
    fn from(view: ErasureView) -> Self {
        let holders = view.holders.into_iter().map(|one| AskedHolder {
            name: one.name,
            asked_at: one.asked_at,
            confirmed_at: one.confirmed_at,
            evidence: one.evidence,
        });
        // The report of somebody whose term was over meanwhile is empty: nothing was left to do.
        let report = view.report.and_then(|one| serde_json::from_value(one).ok());
        Self {
            id: view.id,
            state: view.state,
            requested_by: view.requested_by,
            requested_at: view.requested_at,
            not_before: view.not_before,
            erased_at: view.erased_at,
            holders: holders.collect(),
            done: report.map(|report: StoredReport| report.into()),
        }
    }
}

impl From<StoredReport> for ErasureDone {
    fn from(report: StoredReport) -> Self {
        Self {
            subjects: report.subjects,
            records: report.records,
            categories: report.categories,
            orders: report.orders,
            kept: report.kept.into_iter().map(Kept::from).collect(),
        }
    }
}

impl From<KeptRecords> for Kept {
    fn from(kept: KeptRecords) -> Self {
        Self {
            category: kept.category,
            records: kept.records,
            fields: kept.fields,
            until: kept.until.map(|day| day.to_date()),
            reason: kept.reason,
            reference: kept.reference,
            place: kept.place,
        }
    }
}
