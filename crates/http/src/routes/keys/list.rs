//! `GET /v1/keys`: every key with its blast radius.

use super::KeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::CredentialView;
use serde::Serialize;
use utoipa::ToSchema;

/// The keys of a shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The keys, oldest first; revoked and expired ones stay.
    #[schema(value_type = Vec<KeyDocument>)]
    keys: Vec<CredentialView>,
}

/// Lists the keys of the caller's shop, each with its blast radius.
///
/// Needs the power `keys`. Secrets are never shown again.
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "keys",
    responses((status = 200, description = "The keys.", body = KeyList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_keys(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<KeyList>, Problem> {
    let keys = app
        .run(move |vault| vault.list_credentials(&credential))
        .await?;
    Ok(Json(KeyList { keys }))
}
