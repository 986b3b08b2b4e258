//! `POST /v1/keys/{id}/rotate`: replaces a key.

use super::NewKey;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// How the successor differs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "expires_at_ms": 1_798_761_600_000_i64 }))]
pub(crate) struct RotateRequest {
    /// When the successor expires, Unix milliseconds: a year from now at most.
    expires_at_ms: i64,
}

/// Makes a successor with the same recipient and grant, then revokes the old key.
///
/// Needs the power `keys`. Tokens stay the same: they belong to the recipient, not to the key.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/rotate",
    tag = "keys",
    params(("id" = String, Path, description = "The old key's public id (`key_…`), not its secret.")),
    request_body = RotateRequest,
    responses((status = 201, description = "The successor and its secret.", body = NewKey)),
    security(("api_key" = []))
)]
pub(crate) async fn rotate_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<RotateRequest>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    let expires_at_ms = request.expires_at_ms;
    let rotate = app.run(move |vault| vault.rotate_credential(&credential, &id, expires_at_ms));
    Ok((StatusCode::CREATED, Json(rotate.await?.into())))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn the_successor_has_the_same_grant_and_the_old_key_is_dead() {
        let server = TestServer::start();
        let (keeper, old) = (
            server.key(&[Power::Keys, Power::List]),
            server.key(&[Power::List]),
        );
        let path = format!("/v1/keys/{}/rotate", old.id);
        let body = json!({ "expires_at_ms": server.clock.in_days(60) });
        let new = server
            .post(&path, Some(&keeper), body.clone())
            .await
            .ok()
            .json();
        assert_eq!(new["key"]["grant"]["powers"], json!(["list"]));
        assert_eq!(
            server.get("/v1/orders", Some(&old)).await.problem(),
            "key-invalid"
        );
        assert_eq!(
            server.post(&path, Some(&keeper), body).await.problem(),
            "not-found"
        );
    }

    #[tokio::test]
    async fn a_successor_that_has_expired_already_is_refused() {
        let server = TestServer::start();
        let (keeper, old) = (
            server.key(&[Power::Keys, Power::List]),
            server.key(&[Power::List]),
        );
        let path = format!("/v1/keys/{}/rotate", old.id);
        let answer = server
            .post(&path, Some(&keeper), json!({ "expires_at_ms": 1 }))
            .await;
        assert_eq!(answer.problem(), "invalid-input");
        server.get("/v1/orders", Some(&old)).await.ok();
    }
}
