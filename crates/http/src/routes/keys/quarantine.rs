//! `POST /v1/keys/{id}/quarantine` and `/release`: a key held back until somebody has looked at it.

use super::KeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::CredentialView;

/// Puts a key in quarantine: every request with it is refused until it is released.
///
/// Needs the power `keys`.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/quarantine",
    tag = "keys",
    params(("id" = String, Path, description = "The key's id.")),
    responses((status = 200, description = "The key.", body = KeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn quarantine_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<CredentialView>, Problem> {
    let held = app.run(move |vault| vault.quarantine_credential(&credential, &id, true));
    Ok(Json(held.await?))
}

/// Lets a key go from quarantine.
///
/// Needs the power `keys`, and another owner than the key's own. A new key is better: whoever read
/// this one keeps it.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/release",
    tag = "keys",
    params(("id" = String, Path, description = "The key's id.")),
    responses((status = 200, description = "The key.", body = KeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn release_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<CredentialView>, Problem> {
    let released = app.run(move |vault| vault.quarantine_credential(&credential, &id, false));
    Ok(Json(released.await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::body::Body;
    use axum::http::{Request, header};
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_key_that_a_web_page_sends_is_in_quarantine_until_somebody_else_releases_it() {
        let server = TestServer::start();
        let (keeper, victim) = (server.key(&[Power::Keys]), server.key(&[Power::List]));
        server.get("/v1/orders", Some(&victim)).await.ok();
        let page = Request::builder()
            .uri("/v1/orders")
            .header(header::REFERER, "https://shop.example/account?who=ana")
            .header(header::AUTHORIZATION, format!("Bearer {}", victim.secret));
        let answer = server.send(page, Body::empty()).await;
        assert_eq!(answer.problem(), "browser-request");
        let answer = server.get("/v1/orders", Some(&victim)).await;
        assert_eq!(answer.problem(), "key-quarantined");

        let keys = server.get("/v1/keys", Some(&keeper)).await.ok().json();
        let held = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| key["id"] == victim.id);
        let held = held.unwrap();
        assert_eq!(held["state"], "quarantined");
        assert_eq!(held["quarantine"]["evidence"], "https://shop.example");
        assert_eq!(held["blast_radius"]["people_until_expiry"], 0);
        let lint = server.get("/v1/keys/lint", Some(&keeper)).await.ok().json();
        assert_eq!(lint["findings"][0]["rule"], "quarantined");

        let path = format!("/v1/keys/{}/release", victim.id);
        server.post(&path, Some(&keeper), json!({})).await.ok();
        server.get("/v1/orders", Some(&victim)).await.ok();
    }

    #[tokio::test]
    async fn a_browser_of_an_allowed_network_may_present_a_key() {
        let server = TestServer::start();
        let operator = server.operator();
        let mut settings = server.vault.access_settings(&operator).unwrap();
        settings.browsers_from = vec!["127.0.0.0/8".to_owned()];
        server
            .vault
            .set_access_settings(&operator, settings)
            .unwrap();
        let key = server.key(&[Power::List]);
        let page = Request::builder()
            .uri("/v1/orders")
            .header(header::ORIGIN, "https://tools.shop.example")
            .header(header::AUTHORIZATION, format!("Bearer {}", key.secret));
        server.send(page, Body::empty()).await.ok();
    }
}
