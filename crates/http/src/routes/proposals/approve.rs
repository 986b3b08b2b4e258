//! `POST /v1/proposals/{id}/approve`: one of two approvals.

use super::ProposalDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::ProposalView;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub(crate) struct ApprovalRequest {
    /// The `sha256` that the proposal was shown with: nothing else is approved.
    sha256: String,
}

/// Approves a proposal, exactly as it was shown.
///
/// Needs the power `approve`. Whoever asked cannot approve, nobody approves twice, and the operator
/// not at all: two keys of two other recipients are needed. Otherwise it is `not-approvable`.
#[utoipa::path(
    post,
    path = "/v1/proposals/{id}/approve",
    tag = "forgetting",
    params(("id" = String, Path, description = "The proposal's public id.")),
    request_body = ApprovalRequest,
    responses((status = 200, description = "The proposal.", body = ProposalDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn approve_proposal(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<ApprovalRequest>,
) -> Result<Json<ProposalView>, Problem> {
    let approve = app.run(move |vault| vault.approve(&credential, &id, &request.sha256));
    approve.await.map(Json)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn two_recipients_approve_exactly_what_they_were_shown() {
        let server = TestServer::start();
        let (id, sha256) = server.propose();
        let path = format!("/v1/proposals/{id}/approve");
        let first = server.key_of("first", &[Power::Approve]);
        let other = json!({ "sha256": "00".repeat(32) });
        let answer = server.post(&path, Some(&first), other).await;
        assert_eq!(answer.problem(), "not-approvable");
        assert_eq!(answer.status, 409);
        let body = json!({ "sha256": sha256 });
        let approved = server.post(&path, Some(&first), body.clone()).await.ok();
        assert_eq!(approved.json()["is_approved"], false);
        let again = server.post(&path, Some(&first), body.clone()).await;
        assert_eq!(again.problem(), "not-approvable");
        let second = server.key_of("second", &[Power::Approve]);
        let approved = server.post(&path, Some(&second), body).await.ok().json();
        assert_eq!(approved["is_approved"], true);
        assert_eq!(approved["approvals"][1]["recipient"], "second");
    }

    #[tokio::test]
    async fn what_is_no_hash_or_no_proposal_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Approve]);
        let (id, sha256) = server.propose();
        let path = format!("/v1/proposals/{id}/approve");
        let answer = server
            .post(&path, Some(&key), json!({ "sha256": "yes" }))
            .await;
        assert_eq!(answer.problem(), "invalid-input");
        let path = "/v1/proposals/prop_none/approve";
        let answer = server
            .post(path, Some(&key), json!({ "sha256": sha256 }))
            .await;
        assert_eq!(answer.problem(), "not-found");
    }
}
