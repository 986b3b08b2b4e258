//! `POST /v1/keys/{id}/revoke-derived`: revokes one key that was derived from a key.

use super::KeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::CredentialView;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which derived key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "fingerprint": "dk_3856fac4c294b47c" }))]
pub(crate) struct RevokeDerivedRequest {
    /// Its public name (`dk_…`): `lethe key check` shows it, and the log names it.
    fingerprint: String,
}

/// Revokes one derived key, with all that were derived from it.
///
/// Needs the power `keys`. The next request with one of them is refused; their parent goes on, and so
/// do its other derived keys. Whether a key of this name was ever made, the vault does not know.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/revoke-derived",
    tag = "keys",
    params(("id" = String, Path, description = "The parent's public id (`key_…`), not its secret.")),
    request_body = RevokeDerivedRequest,
    responses((status = 200, description = "The parent.", body = KeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn revoke_derived_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<RevokeDerivedRequest>,
) -> Result<Json<CredentialView>, Problem> {
    let fingerprint = request.fingerprint;
    let revoke = app.run(move |vault| vault.revoke_derived(&credential, &id, &fingerprint));
    revoke.await.map(Json)
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestKey, TestServer};
    use lethe_crypto::{ApiKey, DerivedKey};
    use lethe_model::{Caveat, Power};
    use serde_json::json;

    fn derive(parent: &TestKey, caveats: &[Caveat]) -> DerivedKey {
        DerivedKey::derive(&ApiKey::parse(&parent.secret).unwrap(), caveats).unwrap()
    }

    /// The derived key as the harness presents keys.
    fn presented(parent: &TestKey, key: &DerivedKey) -> TestKey {
        TestKey {
            id: parent.id.clone(),
            secret: key.expose().to_owned(),
            credential: parent.credential.clone(),
        }
    }

    #[tokio::test]
    async fn the_next_request_with_a_revoked_derived_key_is_refused_and_the_others_go_on() {
        let server = TestServer::start();
        let keeper = server.key(&[Power::Keys]);
        let parent = server.key(&[Power::List]);
        let label = |text: &str| Caveat::Label(text.to_owned());
        let lost = derive(&parent, &[label("lost")]);
        let further = presented(&parent, &lost.narrowed_by(&[label("renamed")]).unwrap());
        let other = presented(&parent, &derive(&parent, &[label("other")]));
        let fingerprint = lost.fingerprint().to_string();
        let lost = presented(&parent, &lost);
        server.get("/v1/orders", Some(&lost)).await.ok();
        let path = format!("/v1/keys/{}/revoke-derived", parent.id);
        let body = json!({ "fingerprint": fingerprint });
        let answer = server.post(&path, Some(&keeper), body).await.ok().json();
        assert_eq!(answer["state"], "active");
        for dead in [&lost, &further] {
            let refused = server.get("/v1/orders", Some(dead)).await;
            assert_eq!(refused.problem(), "key-invalid");
        }
        for living in [&other, &parent] {
            server.get("/v1/orders", Some(living)).await.ok();
        }
    }

    #[tokio::test]
    async fn a_text_that_is_no_fingerprint_is_refused() {
        let server = TestServer::start();
        let keeper = server.key(&[Power::Keys]);
        let parent = server.key(&[Power::List]);
        let path = format!("/v1/keys/{}/revoke-derived", parent.id);
        let body = json!({ "fingerprint": "dk_short" });
        let answer = server.post(&path, Some(&keeper), body).await;
        assert_eq!(answer.problem(), "invalid-input");
    }

    #[tokio::test]
    async fn a_derived_key_makes_and_revokes_no_keys() {
        let server = TestServer::start();
        let parent = server.key(&[Power::Keys, Power::List]);
        let key = presented(&parent, &derive(&parent, &[Caveat::RequestsPerSecond(9)]));
        server.get("/v1/orders", Some(&key)).await.ok();
        let answer = server.get("/v1/keys", Some(&key)).await;
        assert_eq!(answer.problem(), "power-not-granted");
    }
}
