//! `POST /v1/keys/{id}/rotate`: replaces a key.

use super::NewKey;
use crate::app::Shared;
use crate::extract::{InPath, JsonBody};
use crate::caller::Caller;
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
    let rotate =
        app.run(move |vault| vault.rotate_credential(&credential, &id, expires_at_ms));
    Ok((StatusCode::CREATED, Json(rotate.await?.into())))
}
