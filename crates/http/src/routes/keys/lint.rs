//! `GET /v1/keys/lint`: what is wider, older or less watched than it needs to be.

use super::grant::GrantDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::LintFinding;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing to look at.
#[derive(ToSchema)]
#[schema(as = LintFinding)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct LintFindingDocument {
    /// The key's id.
    credential: String,
    /// Who holds it.
    recipient: String,
    /// Who answers for it.
    owner: Option<String>,
    /// The rule's stable name.
    rule: String,
    /// `notice`, `warning` or `alarm`.
    severity: String,
    /// What was found, in a sentence.
    finding: String,
    /// What to do about it.
    advice: String,
    /// A narrower grant that still covers everything the key has done.
    proposal: Option<GrantDocument>,
    /// How many people it could reveal until it expires.
    people_until_expiry: u64,
}

/// What the lint found.
#[derive(Serialize, ToSchema)]
pub(crate) struct LintList {
    /// The findings, the worst first.
    #[schema(value_type = Vec<LintFindingDocument>)]
    findings: Vec<LintFinding>,
}

/// Looks at every key of the caller's shop: unused, too wide, old, without an owner, from new
/// networks, near its quota.
///
/// Needs the power `keys`.
#[utoipa::path(
    get,
    path = "/v1/keys/lint",
    tag = "keys",
    responses((status = 200, description = "The findings.", body = LintList)),
    security(("api_key" = []))
)]
pub(crate) async fn lint_keys(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<LintList>, Problem> {
    let _place = app.heavy().await?;
    let findings = app
        .run(move |vault| vault.lint_credentials(&credential))
        .await?;
    Ok(Json(LintList { findings }))
}
