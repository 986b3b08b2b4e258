//! `POST /v1/erasures/{id}/holders`: a holder of copies has erased them.

use super::Erasure;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who confirmed, and how that is known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "holder": "newsletter", "evidence": "ticket 4711" }))]
pub(crate) struct HolderConfirmation {
    /// The holder's name, as the erasure lists it.
    holder: String,
    /// How that is known: a ticket's number, say. Never a person's name or address.
    evidence: String,
}

/// Notes that a holder of copies has confirmed an erasure.
///
/// Needs the power `erase`. When the last holder has confirmed, a `partial` erasure is `complete`. A
/// holder that was not asked, or has confirmed before, is `not-found`.
#[utoipa::path(
    post,
    path = "/v1/erasures/{id}/holders",
    tag = "forgetting",
    params(("id" = String, Path, description = "The erasure's public id (`era_…`).")),
    request_body = HolderConfirmation,
    responses((status = 200, description = "The erasure.", body = Erasure)),
    security(("api_key" = []))
)]
pub(crate) async fn confirm_holder(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<HolderConfirmation>,
) -> Result<Json<Erasure>, Problem> {
    let confirm = app.run(move |vault| {
        vault.confirm_holder(&credential, &id, &request.holder, &request.evidence)
    });
    Ok(Json(confirm.await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn an_erasure_is_complete_when_every_holder_has_confirmed() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Erase]);
        let id = server.erase_with_holder(&key, "newsletter").await;
        let path = format!("/v1/erasures/{id}/holders");
        let stranger = json!({ "holder": "nobody", "evidence": "ticket 1" });
        let answer = server.post(&path, Some(&key), stranger).await;
        assert_eq!(answer.problem(), "not-found");
        let body = json!({ "holder": "newsletter", "evidence": "ticket 4711" });
        let erasure = server.post(&path, Some(&key), body.clone()).await.ok();
        let erasure = erasure.json();
        assert_eq!(erasure["state"], "complete");
        assert_eq!(erasure["holders"][0]["evidence"], "ticket 4711");
        let again = server.post(&path, Some(&key), body).await;
        assert_eq!(again.problem(), "not-found");
    }
}
