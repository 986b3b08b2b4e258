//! `POST /v1/archive/requests`: asks for archived records.

use super::ProposalDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{JsonBody, parse_categories};
use crate::problem::Problem;
use crate::routes::fields::parse_purpose;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_model::Personal;
use lethe_ops::{NewArchiveRequest, ProposalView};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which archived records are needed, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "orders": ["#1001"], "categories": ["invoice"], "purpose": "legal", "reason": "case 2026/0042"
}))]
pub(crate) struct ArchiveRequest {
    /// Numbers of orders, as people write them. Personal: in the body, never in the path.
    orders: Vec<String>,
    /// The kinds of records; all when absent.
    #[serde(default)]
    categories: Vec<String>,
    /// One of the purposes of `GET /v1/fields`.
    purpose: String,
    /// Why, in one line: a case number, say. Never a name or an address.
    reason: String,
}

/// Asks for records of the archive: the list is frozen and waits for two approvals.
///
/// Needs the power `retention`. After the approvals two custodians open it, outside the vault; no
/// route of this interface shows archived records. With an `Idempotency-Key` header a repeated
/// request within 24 hours makes no second proposal.
#[utoipa::path(
    post,
    path = "/v1/archive/requests",
    tag = "forgetting",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = ArchiveRequest,
    responses((status = 201, description = "The proposal that waits.", body = ProposalDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn request_archive(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ArchiveRequest>,
) -> Result<(StatusCode, Json<ProposalView>), Problem> {
    let new = request.parse()?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let propose = app.run(move |vault| {
        let proposal = vault.request_archive(&credential, &new)?;
        attempt.complete(&proposal.id);
        Ok(proposal)
    });
    Ok((StatusCode::CREATED, Json(propose.await?)))
}

impl ArchiveRequest {
    fn parse(self) -> Result<NewArchiveRequest, Problem> {
        Ok(NewArchiveRequest {
            orders: self.orders.into_iter().map(Personal::new).collect(),
            categories: parse_categories(&self.categories)?,
            purpose: parse_purpose(&self.purpose)?,
            reason: self.reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn archived_records_are_asked_for_by_number_and_wait_for_approval() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Retention, Power::Erase]);
        let body = json!({
            "orders": ["#1001"], "categories": ["invoice"], "purpose": "legal",
            "reason": "case 2026/0042"
        });
        let path = "/v1/archive/requests";
        let early = server.post(path, Some(&key), body.clone()).await;
        assert_eq!(early.problem(), "not-found", "nothing is archived yet");
        let id = server.ask_to_erase(&key).await;
        server
            .vault
            .confirm_erasure(&server.operator(), &id)
            .unwrap();
        let proposal = server.post(path, Some(&key), body).await;
        assert_eq!(proposal.status, 201);
        let proposal = proposal.json();
        assert_eq!(proposal["kind"], "archive-request");
        assert_eq!(proposal["records"], 1);
        assert_eq!(proposal["is_approved"], false);
        assert_eq!(proposal["purpose"], "legal");
        let approver = server.key_of("approver", &[Power::Approve]);
        let list = server.get("/v1/proposals", Some(&approver)).await.ok();
        let shown = &list.json()["proposals"][0];
        assert_eq!(shown["purpose"], "legal");
        let orders = shown["orders"].as_array().unwrap();
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0]["categories"], json!(["invoice"]));
        let token = &orders[0]["order"];
        assert!(token.as_str().unwrap().starts_with("ord_"));
        assert_ne!(*token, proposal["orders"][0]["order"], "each has their own");
        let list = server.get("/v1/proposals", Some(&key)).await.ok();
        assert_eq!(list.json()["proposals"][0]["id"], proposal["id"]);
        assert!(!list.text().contains("1001"));
    }
}
