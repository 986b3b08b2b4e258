//! `POST /v1/vendor-keys`: puts a credential at a vendor on the list.

use super::VendorKeyDocument;
use super::describe::VendorKeyRequest;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_ops::VendorKeyView;

/// Puts a credential at a vendor on the list: what it is, never the secret.
///
/// Needs the power `keys`. What looks like a secret is refused and not stored. With an `Idempotency-Key`
/// header a repeated request within 24 hours adds no second one.
#[utoipa::path(
    post,
    path = "/v1/vendor-keys",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = VendorKeyRequest,
    responses((status = 201, description = "The credential.", body = VendorKeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn add_vendor_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<VendorKeyRequest>,
) -> Result<(StatusCode, Json<VendorKeyView>), Problem> {
    let new = request.parse()?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let add = app.run(move |vault| {
        let added = vault.add_vendor_key(&credential, &new)?;
        attempt.complete(&added.id);
        Ok(added)
    });
    Ok((StatusCode::CREATED, Json(add.await?)))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::http::Method;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_credential_at_a_vendor_is_listed_changed_and_removed() {
        let server = TestServer::start();
        let key = server.key(&[Power::Keys, Power::Audit]);
        let body = json!({
            "vendor": "Postmark", "kind": "api-key", "label": "order mails", "categories": ["contact"],
            "people": 40
        });
        let added = server
            .post("/v1/vendor-keys", Some(&key), body.clone())
            .await;
        assert_eq!(added.status, 201, "{}", added.text());
        let id = added.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(added.json()["reach"]["people"], 40);
        let fields = added.json()["reach"]["fields"].clone();
        let fields = fields.as_array().unwrap();
        assert!(fields.contains(&json!("contact.email")));
        let path = format!("/v1/vendor-keys/{id}");
        let mut changed = body;
        changed["recipient"] = json!("tests");
        changed["people"] = json!(null);
        let answer = server
            .call(Method::PUT, &path, Some(&key), Some(changed))
            .await;
        assert_eq!(answer.ok().json()["reach"]["source"], "counted");
        let list = server.get("/v1/vendor-keys", Some(&key)).await.ok().json();
        assert_eq!(list["vendor_keys"].as_array().unwrap().len(), 1);
        let removed = server.delete(&path, Some(&key)).await;
        assert_eq!(removed.status, 204);
        assert_eq!(server.get(&path, Some(&key)).await.problem(), "not-found");
        assert_eq!(
            server.delete(&path, Some(&key)).await.problem(),
            "not-found"
        );
        let log = server.get("/v1/log/entries?limit=5", Some(&key)).await.ok();
        for change in ["added", "changed", "removed"] {
            assert!(log.text().contains(change), "{}", log.text());
        }
        assert!(!log.text().contains("Postmark"));
    }

    #[tokio::test]
    async fn a_secret_is_refused_and_not_repeated() {
        let server = TestServer::start();
        let key = server.key(&[Power::Keys]);
        let secret = ["shp", "at_", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"].concat();
        let body = json!({ "vendor": "Shopify", "kind": "app", "label": secret });
        let answer = server.post("/v1/vendor-keys", Some(&key), body).await;
        assert_eq!(answer.problem(), "invalid-input");
        assert!(!answer.text().contains(&secret), "{}", answer.text());
    }
}
