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

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn the_next_request_with_a_revoked_key_is_refused() {
        let server = TestServer::start();
        let (keeper, victim) = (server.key(&[Power::Keys]), server.key(&[Power::List]));
        server.get("/v1/orders", Some(&victim)).await.ok();
        let path = format!("/v1/keys/{}", victim.id);
        let revoked = server.delete(&path, Some(&keeper)).await.ok().json();
        assert_eq!(revoked["state"], "revoked");
        assert_eq!(
            server.get("/v1/orders", Some(&victim)).await.problem(),
            "key-invalid"
        );
        assert_eq!(
            server.delete(&path, Some(&keeper)).await.problem(),
            "not-found"
        );
    }
}
