//! `DELETE /v1/keys/{id}`: revokes a key.

use super::KeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::CredentialView;

/// Revokes a key: the next request with it is refused.
///
/// Needs the power `keys`.
#[utoipa::path(
    delete,
    path = "/v1/keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The key's public id (`key_…`), not its secret.")),
    responses((status = 200, description = "The revoked key.", body = KeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn revoke_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<CredentialView>, Problem> {
    let revoke = app.run(move |vault| vault.revoke_credential(&credential, &id));
    revoke.await.map(Json)
}
