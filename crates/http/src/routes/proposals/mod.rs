//! Proposals: what waits until two others have approved it.

mod approve;
mod list;
mod request_archive;

use crate::app::Shared;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_proposals))
        .routes(routes!(approve::approve_proposal))
        .routes(routes!(request_archive::request_archive))
}

/// Something that waits for approval, or waited.
#[derive(ToSchema)]
#[schema(as = Proposal, example = json!({
    "id": "prop_5f0c2a9b31de", "kind": "archive-request", "reason": "case 2026/0042",
    "requested_by": "key_5f0c2a9b31de", "created_at": "2026-03-02T10:15:30Z",
    "expires_at": "2026-03-09T10:15:30Z", "sha256": "9f86d081…", "records": 3,
    "purpose": "legal", "orders": [{ "order": "ord_…", "categories": ["invoice"] }], "policy": null,
    "approvals": [],
    "is_approved": false, "usable_until": null, "used_at": null
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ProposalDocument {
    /// Its public id.
    id: String,
    /// What would be done: `archive-request`, `archive-test`, `retention-above-cap`, `export`,
    /// `grant-widening`, `hold-release`, `policy-loosening` or `canary-removal`.
    kind: String,
    /// Why.
    reason: String,
    /// The credential that asked.
    requested_by: String,
    /// When, RFC 3339.
    created_at: String,
    /// It is not done later.
    expires_at: String,
    /// SHA-256 over exactly what was asked for: what an approver approves.
    sha256: String,
    /// How many records it is about: those of the list, or those that are due for a run above the cap.
    records: Option<u64>,
    /// For what the archived records would be read.
    purpose: Option<String>,
    /// The orders whose archived records would be read.
    orders: Vec<ProposedOrderDocument>,
    /// The label of the policy that a run above the cap would apply.
    policy: Option<String>,
    /// What an export would hold, and for whom. Absent from other proposals.
    export: Option<ExportDocument>,
    /// For a wider grant, the release of a hold, a policy that destroys earlier and a canary: exactly
    /// what was asked for.
    details: Option<serde_json::Value>,
    /// Who approved.
    approvals: Vec<ApprovalDocument>,
    /// Whether enough have.
    is_approved: bool,
    /// Until when it may be done; `null` while approvals are missing.
    usable_until: Option<String>,
    /// When it was done.
    used_at: Option<String>,
}

/// What an export would hold, and for whom. Nobody in it is named.
#[derive(ToSchema)]
#[schema(as = Export)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ExportDocument {
    /// Distinct people.
    people: u64,
    /// Orders: rows of the file.
    orders: u64,
    /// Fields of each.
    fields: Vec<String>,
    /// The filter that the list was made with.
    filter: serde_json::Value,
    /// The age public key it would be sealed to.
    recipient: String,
    /// SHA-256 of that key, its first 16 hexadecimal digits: to be compared with what the recipient says.
    recipient_fingerprint: String,
    /// Whether it goes beyond the installation's bound of people.
    above_installation: bool,
}

/// An order of a list that waits for approval.
#[derive(ToSchema)]
#[schema(as = ProposedOrder)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ProposedOrderDocument {
    /// Its token for whoever looks at the list; its number is personal and is not kept with the list.
    order: String,
    /// The kinds of records that would be read.
    categories: Vec<String>,
}

/// One approval.
#[derive(ToSchema)]
#[schema(as = Approval)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ApprovalDocument {
    /// Who: the recipient of the key.
    recipient: String,
    /// With which key.
    key: String,
    /// When, RFC 3339.
    approved_at: String,
}
