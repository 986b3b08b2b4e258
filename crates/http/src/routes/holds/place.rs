//! `POST /v1/legal-holds`: places a hold.

use super::HoldDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{JsonBody, parse_categories, parse_day};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_model::Personal;
use lethe_ops::{HoldGround, HoldView, NewHold};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be held, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "tokens": ["ord_3kQ9…"], "categories": ["delivery", "invoice"], "matter": "2026/0042",
    "ground": "legal-claims", "review_on": "2026-09-01"
}))]
pub(crate) struct HoldRequest {
    /// Tokens of orders (`ord_…`), or of subjects (`sub_…`).
    #[serde(default)]
    tokens: Vec<String>,
    /// Numbers of orders that are in the archive already.
    #[serde(default)]
    archived: Vec<String>,
    /// The kinds of records; all when absent.
    #[serde(default)]
    categories: Vec<String>,
    /// The case's number: letters, digits and `./_-`. Never a name.
    matter: String,
    /// `legal-claims`, `legal-obligation` or `persons-claim`.
    ground: String,
    /// The day somebody must ask whether it is still needed, ISO 8601.
    review_on: String,
}

/// Places a legal hold: these records are not destroyed until it is released.
///
/// Needs the power `retention`. A hold goes before terms and before a person's request for erasure.
/// With an `Idempotency-Key` header a repeated request within 24 hours places no second one.
#[utoipa::path(
    post,
    path = "/v1/legal-holds",
    tag = "forgetting",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = HoldRequest,
    responses((status = 201, description = "The hold.", body = HoldDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn place_hold(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<HoldRequest>,
) -> Result<(StatusCode, Json<HoldView>), Problem> {
    let new = request.parse()?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let place = app.run(move |vault| {
        let hold = vault.place_hold(&credential, &new)?;
        attempt.complete(&hold.id);
        Ok(hold)
    });
    Ok((StatusCode::CREATED, Json(place.await?)))
}

impl HoldRequest {
    fn parse(self) -> Result<NewHold, Problem> {
        let ground = HoldGround::parse(&self.ground).ok_or_else(|| {
            let names = HoldGround::ALL.map(HoldGround::name).join(", ");
            Problem::invalid("ground", &format!("no such ground; use one of {names}"))
        })?;
        Ok(NewHold {
            tokens: self.tokens,
            archived: self.archived.into_iter().map(Personal::new).collect(),
            categories: parse_categories(&self.categories)?,
            matter: self.matter,
            ground,
            review_on: parse_day("review_on", &self.review_on)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::body::Body;
    use axum::http::{Method, Request, header};
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn held_records_outlive_the_erasure_of_their_person() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&Power::ALL);
        let (order, _) = server.tokens(&key);
        let body = json!({
            "tokens": [order], "matter": "2026/0042", "ground": "legal-claims",
            "review_on": "2026-09-01"
        });
        let hold = server.post("/v1/legal-holds", Some(&key), body).await;
        assert_eq!(hold.status, 201);
        assert!(hold.json()["records"].as_u64().unwrap() > 0);
        let id = server.ask_to_erase(&key).await;
        server
            .vault
            .confirm_erasure(&server.operator(), &id)
            .unwrap();
        let erasures = server.get("/v1/erasures", Some(&key)).await.ok().json();
        assert_eq!(erasures["erasures"][0]["state"], "held");
        let reveal = json!({ "token": order, "fields": ["contact.email"], "purpose": "support" });
        server.post("/v1/reveal", Some(&key), reveal).await.ok();
    }

    #[tokio::test]
    async fn a_hold_without_a_case_number_a_ground_or_a_kind_of_record_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Retention]);
        let (order, _) = server.tokens(&key);
        for (member, value) in [
            ("matter", json!("Ana against the shop")),
            ("ground", json!("curiosity")),
            ("categories", json!(["marketing"])),
            ("review_on", json!("next year")),
        ] {
            let mut body = json!({
                "tokens": [order], "matter": "2026/0042", "ground": "legal-claims",
                "review_on": "2026-09-01"
            });
            body[member] = value;
            let answer = server.post("/v1/legal-holds", Some(&key), body).await;
            assert_eq!(answer.problem(), "invalid-input");
            assert!(answer.text().contains(member), "{}", answer.text());
        }
    }

    #[tokio::test]
    async fn a_repeated_request_places_one_hold_and_names_it() {
        let server = TestServer::start();
        let key = server.key(&[Power::Retention]);
        let (order, _) = server.tokens(&key);
        let body = json!({
            "tokens": [order], "matter": "2026/0042", "ground": "legal-claims",
            "review_on": "2026-09-01"
        });
        let head = || {
            Request::builder()
                .method(Method::POST)
                .uri("/v1/legal-holds")
                .header(header::AUTHORIZATION, format!("Bearer {}", key.secret))
                .header(header::CONTENT_TYPE, "application/json")
                .header("Idempotency-Key", "4c8e1b2a")
        };
        let first = server.send(head(), Body::from(body.to_string())).await.ok();
        let again = server.send(head(), Body::from(body.to_string())).await;
        assert_eq!(again.problem(), "idempotency-replay");
        assert_eq!(again.json()["made_id"], first.json()["id"]);
        let list = server.get("/v1/legal-holds", Some(&key)).await.ok().json();
        assert_eq!(list["holds"].as_array().unwrap().len(), 1);
    }
}
