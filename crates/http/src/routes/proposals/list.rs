//! `GET /v1/proposals`: what waits for approval, and what was done.

use super::ProposalDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::ProposalView;
use serde::Serialize;
use utoipa::ToSchema;

/// The proposals of a shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalList {
    /// The proposals.
    #[schema(value_type = Vec<ProposalDocument>)]
    proposals: Vec<ProposalView>,
}

/// Lists what waits for approval, and what was done.
///
/// Needs the power `approve` or `retention`.
#[utoipa::path(
    get,
    path = "/v1/proposals",
    tag = "forgetting",
    responses((status = 200, description = "The proposals.", body = ProposalList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_proposals(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<ProposalList>, Problem> {
    let proposals = app.run(move |vault| vault.proposals(&credential)).await?;
    Ok(Json(ProposalList { proposals }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn approvers_see_how_many_records_a_run_above_the_cap_would_take_and_by_which_policy() {
        let server = TestServer::start();
        server.propose();
        let key = server.key(&[Power::Approve]);
        let list = server.get("/v1/proposals", Some(&key)).await.ok().json();
        let shown = &list["proposals"][0];
        let operator = server.operator();
        let plan = server.vault.retention_plan(&operator, |_| ()).unwrap();
        assert_eq!(shown["records"], plan.report.records());
        assert_eq!(shown["policy"], plan.revision);
        assert_eq!(shown["orders"], json!([]));
    }
}
