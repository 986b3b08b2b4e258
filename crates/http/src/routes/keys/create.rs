//! `POST /v1/keys`: makes a key.

use super::{NewKey, grant::parse_grant};
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_ops::{GrantText, NewCredential};
use serde::Deserialize;
use utoipa::ToSchema;

/// A key to be made. A bound that is absent bounds nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "recipient": "warehouse", "owner": "ada", "powers": ["reveal", "list"],
    "fields": ["delivery.name", "delivery.street", "delivery.postal_code", "delivery.city"],
    "purposes": ["fulfilment"], "states": ["unshipped"], "people_per_hour": 60,
    "people_per_day": 200, "networks": ["10.1.0.0/16"], "expires_at_ms": 1_798_761_600_000_i64
}))]
pub(crate) struct NewKeyRequest {
    /// Who will hold it, in lower-case letters, digits and dashes. Keys of one recipient share
    /// their tokens.
    recipient: String,
    /// Who answers for it: a name or a team, not an address. Keys of one owner share a quota.
    owner: String,
    /// What it may do: `reveal`, `list`, `intake`, `keys`, `audit`, `approve`, `erase`,
    /// `retention`.
    powers: Vec<String>,
    /// With the power `reveal`: the fields.
    #[serde(default)]
    fields: Vec<String>,
    /// With the power `reveal`: the purposes.
    #[serde(default)]
    purposes: Vec<String>,
    /// In which states an order's records may be revealed: `unshipped`, `shipped`, `cancelled`, and
    /// `account` for the records of accounts. Without it, in all.
    #[serde(default)]
    states: Option<Vec<String>>,
    /// Distinct people in any 60 minutes.
    #[serde(default)]
    people_per_hour: Option<u32>,
    /// Distinct people in any 24 hours. Demanded with the power `reveal`.
    #[serde(default)]
    people_per_day: Option<u32>,
    /// Distinct people in any 90 days.
    #[serde(default)]
    people_per_90_days: Option<u32>,
    /// Distinct people ever.
    #[serde(default)]
    people_ever: Option<u32>,
    /// Distinct values (a field of a person) in any 60 minutes.
    #[serde(default)]
    values_per_hour: Option<u32>,
    /// Distinct values in any 24 hours.
    #[serde(default)]
    values_per_day: Option<u32>,
    /// Distinct values in any 90 days.
    #[serde(default)]
    values_per_90_days: Option<u32>,
    /// Distinct values ever.
    #[serde(default)]
    values_ever: Option<u32>,
    /// Requests in a second, with as many at once.
    #[serde(default)]
    requests_per_second: Option<u32>,
    /// Networks in CIDR notation from which it may be used. Without one, from anywhere.
    #[serde(default)]
    networks: Vec<String>,
    /// When it expires, Unix milliseconds: a year from now at most.
    expires_at_ms: i64,
}

/// Makes a key. The secret is in the answer and nowhere else.
///
/// Needs the power `keys`, and nobody hands out more than they hold. With an `Idempotency-Key`
/// header a repeated request within 24 hours makes no second key: it is refused with
/// `idempotency-replay`, which names the id of the first. The secret cannot be shown again; if it
/// was lost on the way, revoke that key. Keys are remembered in memory: not beyond a restart.
#[utoipa::path(
    post,
    path = "/v1/keys",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = NewKeyRequest,
    responses((status = 201, description = "The key and its secret.", body = NewKey)),
    security(("api_key" = []))
)]
pub(crate) async fn create_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<NewKeyRequest>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    let new = request.parse()?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let create = app.run(move |vault| {
        let created = vault.create_credential(&credential, &new)?;
        attempt.complete(&created.view.id);
        Ok(created)
    });
    Ok((StatusCode::CREATED, Json(create.await?.into())))
}

impl NewKeyRequest {
    fn parse(self) -> Result<NewCredential, Problem> {
        let text = GrantText {
            fields: self.fields,
            purposes: self.purposes,
            powers: self.powers,
            states: self.states,
            people_per_hour: self.people_per_hour,
            people_per_day: self.people_per_day,
            people_per_90_days: self.people_per_90_days,
            people_ever: self.people_ever,
            values_per_hour: self.values_per_hour,
            values_per_day: self.values_per_day,
            values_per_90_days: self.values_per_90_days,
            values_ever: self.values_ever,
            requests_per_second: self.requests_per_second,
            networks: self.networks,
            expires_at_ms: Some(self.expires_at_ms),
            owner: Some(self.owner),
        };
        Ok(NewCredential {
            recipient: self.recipient,
            grant: parse_grant(&text)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestKey, TestServer};
    use axum::body::Body;
    use axum::http::{Method, Request, header};
    use lethe_model::Power;
    use serde_json::{Value, json};

    fn request(server: &TestServer) -> Value {
        json!({
            "recipient": "warehouse", "owner": "ada", "powers": ["reveal", "list"], "fields": ["delivery.city"],
            "purposes": ["support"], "people_per_day": 5, "expires_at_ms": server.clock.in_days(30)
        })
    }

    #[tokio::test]
    async fn a_new_key_works_and_its_secret_is_shown_once() {
        let server = TestServer::start();
        let maker = server.key(&Power::ALL);
        let created = server
            .post("/v1/keys", Some(&maker), request(&server))
            .await
            .ok()
            .json();
        let secret = created["secret"].as_str().unwrap();
        assert_eq!(created["key"]["state"], "active");
        assert_eq!(
            created["key"]["blast_radius"]["people_24h"], 3,
            "there are only three people"
        );
        let head = Request::builder()
            .uri("/v1/orders")
            .header(header::AUTHORIZATION, format!("Bearer {secret}"));
        server.send(head, Body::empty()).await.ok();
        let list = server.get("/v1/keys", Some(&maker)).await.ok();
        assert!(list.text().contains(created["key"]["id"].as_str().unwrap()));
        assert!(!list.text().contains(secret));
    }

    #[tokio::test]
    async fn nobody_hands_out_more_than_they_hold() {
        let server = TestServer::start();
        let maker = server.key(&[Power::Keys, Power::List]);
        let answer = server
            .post("/v1/keys", Some(&maker), request(&server))
            .await;
        assert_eq!(answer.problem(), "power-not-granted");
    }

    #[tokio::test]
    async fn a_repeated_request_makes_one_key_and_names_it() {
        let server = TestServer::start();
        let maker = server.key(&Power::ALL);
        let first = make(&server, &maker).await.ok().json();
        let again = make(&server, &maker).await;
        assert_eq!(again.problem(), "idempotency-replay");
        assert_eq!(again.json()["made_id"], first["key"]["id"]);
        assert!(!again.text().contains("lethe_sk_"));
    }

    async fn make(server: &TestServer, maker: &TestKey) -> crate::testing::Answer {
        let head = Request::builder()
            .method(Method::POST)
            .uri("/v1/keys")
            .header(header::AUTHORIZATION, format!("Bearer {}", maker.secret))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header("Idempotency-Key", "4c8e1b2a");
        server
            .send(head, Body::from(request(server).to_string()))
            .await
    }
}
