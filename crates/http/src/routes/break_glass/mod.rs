//! Break-glass: more for one key, for an hour, in an emergency.

mod list;
mod open;
mod review;

use crate::app::Shared;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_break_glass, open::open_break_glass))
        .routes(routes!(review::review_break_glass))
}

/// An emergency.
#[derive(ToSchema)]
#[schema(as = BreakGlass, example = json!({
    "id": "glass_5f0c2a9b31de", "key": "key_5f0c2a9b31de", "fields": ["contact.phone"],
    "purposes": [], "people": 40, "reason": "recall 2026/7", "opened_by": "operator",
    "opened_at": "2026-03-02T10:15:30Z", "until": "2026-03-02T11:15:30Z", "state": "to-review",
    "review_by": "2026-03-05T10:15:30Z", "reviewed_by": null, "reviewed_at": null, "finding": null
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct BreakGlassDocument {
    /// Its public id.
    id: String,
    /// The key that got more.
    key: String,
    /// Fields beyond its grant's.
    fields: Vec<String>,
    /// Purposes beyond its grant's.
    purposes: Vec<String>,
    /// People beyond its bounds.
    people: u32,
    /// Why.
    reason: String,
    /// The credential that did it.
    opened_by: String,
    /// When, RFC 3339.
    opened_at: String,
    /// It ended, or ends, by itself then.
    until: String,
    /// `active`, `to-review`, `review-overdue` or `reviewed`.
    state: String,
    /// Until when somebody must have looked at it.
    review_by: String,
    /// Who looked at it.
    reviewed_by: Option<String>,
    /// When.
    reviewed_at: Option<String>,
    /// What was found.
    finding: Option<String>,
}
