//! `GET /v1/policy`: which retention policy is in force, and which one waits.

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::PolicyView;
use serde::Serialize;
use utoipa::ToSchema;

/// The adopted policies.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyList {
    /// The policies, oldest first. One is in force; those with a later `effective_at` wait.
    #[schema(value_type = Vec<PolicyDocument>)]
    policies: Vec<PolicyView>,
}

/// An adopted policy.
#[derive(ToSchema)]
#[schema(as = Policy, example = json!({
    "id": 2, "revision": "2026-11-fr", "sha256": "9f86d081…", "adopted_by": "operator",
    "adopted_at": "2026-03-02T10:15:30Z", "effective_at": "2026-03-05T10:15:30Z",
    "is_in_force": false, "text": "format = 1\n…"
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct PolicyDocument {
    /// Its number.
    id: i64,
    /// The merchant's own label.
    revision: String,
    /// SHA-256 of the file.
    sha256: String,
    /// The credential that adopted it.
    adopted_by: String,
    /// When it was adopted, RFC 3339.
    adopted_at: String,
    /// From when on it may destroy.
    effective_at: String,
    /// Whether it is the one that is applied now.
    is_in_force: bool,
    /// The file.
    text: String,
}

/// Shows the retention policy in force, those that wait and those before.
///
/// Needs a key of any power: a policy holds rules and no person. Adopting one is the operator's.
#[utoipa::path(
    get,
    path = "/v1/policy",
    tag = "forgetting",
    responses((status = 200, description = "The policies.", body = PolicyList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_policies(
    State(app): State<Shared>,
    Caller(_): Caller,
) -> Result<Json<PolicyList>, Problem> {
    let policies = app.run(|vault| vault.list_policies()).await?;
    Ok(Json(PolicyList { policies }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_policy_that_destroys_earlier_is_shown_while_it_waits() {
        let server = TestServer::start();
        let key = server.key(&[Power::List]);
        let text = server.get("/v1/policy", Some(&key)).await.ok().json();
        let text = text["policies"][0]["text"].as_str().unwrap();
        let shorter = text.replace("period = \"P3M\"", "period = \"P1M\"");
        server
            .vault
            .adopt_policy(&server.operator(), &shorter)
            .unwrap();
        let policies = server.get("/v1/policy", Some(&key)).await.ok().json();
        assert_eq!(policies["policies"][0]["is_in_force"], true);
        assert_eq!(policies["policies"][1]["is_in_force"], false);
        server.clock.advance_hours(3 * 24);
        let policies = server.get("/v1/policy", Some(&key)).await.ok().json();
        assert_eq!(policies["policies"][0]["is_in_force"], false);
        assert_eq!(policies["policies"][1]["is_in_force"], true);
    }
}
