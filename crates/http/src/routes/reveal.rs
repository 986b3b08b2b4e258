//! `POST /v1/reveal`: the one way personal data leaves the vault.

use crate::answer::Logged;
use crate::app::{App, Shared};
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::routes::fields::{parse_fields, parse_purpose};
use axum::extract::State;
use lethe_model::{Field, Personal};
use lethe_ops::RevealQuery;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// What to reveal, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "token": "ord_3kQ9…",
    "fields": ["delivery.name", "delivery.street", "delivery.postal_code", "delivery.city"],
    "purpose": "fulfilment"
}))]
pub(crate) struct RevealRequest {
    /// An order's token (`ord_…`), or a subject's (`sub_…`) for the account fields.
    token: String,
    /// The fields, as `GET /v1/fields` names them. No wildcards.
    fields: Vec<String>,
    /// One of the purposes of `GET /v1/fields`.
    purpose: String,
}

/// What was revealed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "fields": { "delivery.street": "Rue de la Paix 1", "delivery.city": "Paris" },
    "log_index": 4711
}))]
pub(crate) struct RevealAnswer {
    /// The values by field; fields that nobody filled in are absent.
    #[schema(value_type = BTreeMap<String, String>)]
    fields: Clear,
    /// Where the access log holds this reveal.
    log_index: u64,
}

/// Clear values on their way out. The one place where the interface writes them.
struct Clear(Vec<(Field, Personal)>);

impl Serialize for Clear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, value) in &self.0 {
            map.serialize_entry(&format_args!("{field}"), value.expose())?;
        }
        map.end()
    }
}

/// Reveals fields of an order or account.
///
/// The access log holds the reveal before the vault opens anything, and holds refusals too. Each
/// distinct person counts against the key's daily quota; reading one again within 24 hours is free.
#[utoipa::path(
    post,
    path = "/v1/reveal",
    tag = "personal data",
    request_body = RevealRequest,
    responses(
        (status = 200, description = "The stored values.", body = RevealAnswer,
            headers(("Access-Log-Index" = u64, description = "Where the access log holds this reveal."))),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn reveal(
    State(app): State<Shared>,
    caller: Caller,
    JsonBody(request): JsonBody<RevealRequest>,
) -> Result<Logged<RevealAnswer>, Problem> {
    let result = answer(&app, &caller, &request).await;
    app.metrics.reveals.count(&result);
    result
}

async fn answer(
    app: &App,
    Caller(credential): &Caller,
    request: &RevealRequest,
) -> Result<Logged<RevealAnswer>, Problem> {
    let query = RevealQuery {
        fields: parse_fields(&request.fields)?,
        purpose: parse_purpose(&request.purpose)?,
    };
    let revealed = app
        .ask(|vault, reply| vault.reveal_then(credential, &request.token, query, reply))
        .await?;
    Ok(Logged {
        log_index: revealed.log_index,
        body: RevealAnswer {
            fields: Clear(revealed.fields),
            log_index: revealed.log_index,
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn the_granted_fields_are_answered_with_their_place_in_the_log() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal, Power::Audit]);
        let (token, _) = server.tokens(&key);
        let fields = ["delivery.street", "contact.email", "delivery.company"];
        let body = json!({ "token": token, "fields": fields, "purpose": "support" });
        let answer = server.post("/v1/reveal", Some(&key), body).await.ok();
        let index = answer.json()["log_index"].clone();
        assert_eq!(answer.header("access-log-index"), index.to_string());
        assert_eq!(answer.header("cache-control"), "no-store");
        // By number, and without the company that nobody filled in.
        let fields = r#"{"fields":{"contact.email":"marked-Ana@example.com","delivery.street":"1 Marked Street of Ana"}"#;
        assert!(answer.text().starts_with(fields));
        let log = server
            .get("/v1/log/entries?limit=1", Some(&key))
            .await
            .ok()
            .json();
        assert_eq!(log["entries"][0]["index"], index);
        assert_eq!(log["entries"][0]["act"], "reveal");
        assert_eq!(log["entries"][0]["credential"], key.id);
    }

    #[tokio::test]
    async fn a_token_of_another_recipient_is_unknown() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let (token, _) = server.tokens(&key);
        let operators = server
            .vault
            .list_orders(&server.operator(), None, 1)
            .unwrap();
        let body = |token: &str| json!({ "token": token, "fields": ["contact.email"], "purpose": "support" });
        server
            .post("/v1/reveal", Some(&key), body(&token))
            .await
            .ok();
        let answer = server
            .post("/v1/reveal", Some(&key), body(&operators.items[0].token))
            .await;
        assert_eq!(answer.problem(), "not-found");
    }

    #[tokio::test]
    async fn a_name_that_is_no_field_is_told_by_its_place() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let fields = ["contact.email", "delivery.*"];
        let body = json!({ "token": "ord_x", "fields": fields, "purpose": "support" });
        let answer = server.post("/v1/reveal", Some(&key), body).await;
        assert_eq!(answer.problem(), "invalid-input");
        assert!(answer.text().contains("fields: name 2: no such field"));
    }
}
