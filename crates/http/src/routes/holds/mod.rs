//! Legal holds: records that must not be destroyed while somebody needs them as evidence.

mod list;
mod place;
mod release;

use crate::app::Shared;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_holds, place::place_hold))
        .routes(routes!(release::release_hold))
}

/// A legal hold.
#[derive(ToSchema)]
#[schema(as = LegalHold, example = json!({
    "id": "hold_5f0c2a9b31de", "matter": "2026/0042", "ground": "legal-claims", "records": 3,
    "placed_by": "key_5f0c2a9b31de", "placed_at": "2026-03-02T10:15:30Z", "review_on": "2026-09-01",
    "is_review_overdue": false, "released_at": null
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct HoldDocument {
    /// Its public id.
    id: String,
    /// The case's number.
    matter: String,
    /// `legal-claims`, `legal-obligation` or `persons-claim`: GDPR Art. 17(3)(e), 17(3)(b), 18(1)(c).
    ground: String,
    /// How many records it holds.
    records: u64,
    /// The credential that placed it.
    placed_by: String,
    /// When, RFC 3339.
    placed_at: String,
    /// The day somebody must ask whether it is still needed.
    review_on: Option<String>,
    /// Whether that day has passed.
    is_review_overdue: bool,
    /// When it was released.
    released_at: Option<String>,
    /// Said when one person was enough to release it.
    warning: Option<String>,
}
