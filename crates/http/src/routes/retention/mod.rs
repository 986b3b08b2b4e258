//! Retention: what a run would do, what runs did, and the signed record of one.

mod plan;
mod record;
mod runs;

use crate::app::Shared;
use jiff::civil::Date;
use lethe_ops::{RetentionReport, RuleCount};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(plan::retention_plan))
        .routes(routes!(runs::list_runs))
        .routes(routes!(record::destruction_record))
}

/// Counts of a plan or a run: never an order or a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionCounts {
    /// Records that move or are destroyed.
    records: u64,
    /// The same by rule and action.
    rules: Vec<RuleShare>,
    /// Records that are due and held, by legal hold.
    held: BTreeMap<String, u64>,
    /// Records whose clock has not started, by reason.
    not_started: BTreeMap<String, u64>,
    /// Records that no rule covers, by kind.
    without_rule: BTreeMap<String, u64>,
    /// Records that are due and cannot move, by reason.
    blocked: BTreeMap<String, u64>,
    /// Orders looked at.
    orders_seen: u64,
    /// Archived records looked at.
    archived_seen: u64,
    /// Orders of which nothing stays in the active store.
    orders_ended: u64,
    /// People who can no longer be looked up.
    people_unlinked: u64,
    /// People forgotten wholly, in the access log too.
    people_forgotten: u64,
    /// Tombstones older than their term that were dropped.
    tombstones_expired: u64,
    /// Months closed in the statistics.
    months_closed: u64,
    /// The first entry of the run in the access log.
    log_from: Option<u64>,
    /// The last.
    log_to: Option<u64>,
    /// Why the run ended before everything due was done.
    stopped: Option<String>,
}

/// One rule's share.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "rule": "delivery", "category": "delivery", "action": "erase", "reference": "GDPR Art. 5(1)(e)",
    "records": 120, "earliest_start": "2025-11-02", "latest_start": "2025-11-30"
}))]
pub(crate) struct RuleShare {
    /// The rule.
    rule: String,
    /// The kind of record.
    category: String,
    /// `archive`, `erase` or `anonymise`.
    #[schema(value_type = String)]
    action: lethe_ops::RetentionAction,
    /// Its legal reference.
    reference: String,
    /// How many records.
    records: u64,
    /// The earliest day their clocks started.
    #[schema(value_type = Option<String>)]
    earliest_start: Option<Date>,
    /// The latest.
    #[schema(value_type = Option<String>)]
    latest_start: Option<Date>,
}

impl From<RetentionReport> for RetentionCounts {
    fn from(report: RetentionReport) -> Self {
        Self {
            records: report.records(),
            rules: report.rules.into_iter().map(RuleShare::from).collect(),
            held: report.held,
            not_started: report.not_started,
            without_rule: report.without_rule,
            blocked: report.blocked,
            orders_seen: report.orders_seen,
            archived_seen: report.archived_seen,
            orders_ended: report.orders_ended,
            people_unlinked: report.people_unlinked,
            people_forgotten: report.people_forgotten,
            tombstones_expired: report.tombstones_expired,
            months_closed: report.months_closed,
            log_from: report.log_from,
            log_to: report.log_to,
            stopped: report.stopped,
        }
    }
}

impl From<RuleCount> for RuleShare {
    fn from(count: RuleCount) -> Self {
        Self {
            rule: count.rule,
            category: count.category,
            action: count.action,
            reference: count.reference,
            records: count.records,
            earliest_start: count.earliest_start.map(|day| day.to_date()),
            latest_start: count.latest_start.map(|day| day.to_date()),
        }
    }
}
