//! `POST /v1/orders`: orders as Shopify's REST API and webhooks describe them.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::RawJson;
use crate::problem::{Problem, ProblemKind};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_LENGTH;
use lethe_formats::read_shopify_orders_json;
use lethe_ops::{Credential, Error, IntakeOutcome, Rejection, Vault};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

/// What became of each order.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "orders": [
    { "row": 1, "outcome": "imported", "token": "ord_3kQ9…" },
    { "row": 2, "outcome": "rejected", "code": "date_invalid", "member": "created_at",
      "reason": "this is not a date" }
]}))]
pub(crate) struct TakenIn {
    /// In the order of the body.
    orders: Vec<TakenInOrder>,
}

/// What became of one order.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenInOrder {
    /// Where it stood in the body, starting at 1.
    row: u64,
    /// `imported`, `updated`, `unchanged` or `rejected`.
    outcome: &'static str,
    /// The order's token, when it was imported or updated.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Why it was rejected.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The member at fault, where there is one.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    /// What is wrong and what to do. Never a value.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Takes in orders: Shopify REST or webhook bodies, one (`{"order": …}` or bare) or many
/// (`{"orders": […]}`, a list, or one per line).
///
/// Needs the power `intake`. Idempotent by nature: an order that is stored already, or in a later
/// version, changes nothing, so a request may always be sent again. Orders that cannot be taken are
/// rejected alone, with the reason; when all of them are, the answer is `orders-rejected`.
#[utoipa::path(
    post,
    path = "/v1/orders",
    tag = "orders and subjects",
    request_body(content = Object, description = "An order of Shopify's REST API, or several.",
        example = json!({ "order": {
            "id": 820_982_911_946_154_500_u64, "name": "#9999", "created_at": "2026-03-02T10:15:30+01:00",
            "currency": "EUR", "total_price": "119.00", "email": "somebody@example.com",
            "shipping_address": { "name": "A Name", "address1": "A Street 1", "zip": "75002",
                "city": "Paris", "country_code": "FR" },
            "line_items": [{ "sku": "WALLET-1", "title": "Wallet", "quantity": 1, "price": "119.00" }]
        }})),
    responses((status = 200, description = "What became of each order.", body = TakenIn)),
    security(("api_key" = []))
)]
pub(crate) async fn take_in_orders(
    State(app): State<Shared>,
    Caller(credential): Caller,
    HeavyJson { bytes, place }: HeavyJson,
) -> Result<Json<TakenIn>, Problem> {
    let mut source = read_shopify_orders_json(std::io::Cursor::new(bytes))
        .map_err(|error| Problem::new(ProblemKind::InvalidJson, error.to_string()))?;
    let take_in = app.run(move |vault| {
        // Held until the work is done, also when the client has hung up.
        let _place = place;
        let outcomes = vault.take_in(&credential, &mut source)?;
        view(vault, &credential, outcomes)
    });
    let orders = take_in.await?;
    refuse_if_all_rejected(&orders)?;
    Ok(Json(TakenIn { orders }))
}

/// A body that may be large: it waits for a place before it is read into memory.
pub(crate) struct HeavyJson {
    bytes: Bytes,
    place: OwnedSemaphorePermit,
}

impl FromRequest<Shared> for HeavyJson {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let place = app.upload(length).await?;
        let RawJson(bytes) = RawJson::from_request(request, app).await?;
        Ok(Self { bytes, place })
    }
}

fn view(
    vault: &Vault,
    credential: &Credential,
    outcomes: Vec<IntakeOutcome>,
) -> Result<Vec<TakenInOrder>, Error> {
    let numbered = outcomes.into_iter().zip(1..);
    let orders = numbered.map(|(outcome, row)| {
        let (word, ids) = match outcome {
            IntakeOutcome::Imported { subject, order } => ("imported", Some((subject, order))),
            IntakeOutcome::Updated { subject, order } => ("updated", Some((subject, order))),
            IntakeOutcome::Unchanged { subject, order } => ("unchanged", Some((subject, order))),
            IntakeOutcome::Rejected(rejection) => {
                return Ok(TakenInOrder::rejected(row, rejection));
            }
        };
        let token = ids.map(|(subject, order)| vault.order_token(credential, subject, order));
        Ok(TakenInOrder {
            row,
            outcome: word,
            token: token.transpose()?,
            code: None,
            member: None,
            reason: None,
        })
    });
    orders.collect()
}

impl TakenInOrder {
    fn rejected(row: u64, rejection: Rejection) -> Self {
        Self {
            row,
            outcome: "rejected",
            token: None,
            code: Some(rejection.code),
            member: rejection.column,
            reason: Some(rejection.reason),
        }
    }
}

/// A sender that looks only at the status must not believe that its order is stored.
fn refuse_if_all_rejected(orders: &[TakenInOrder]) -> Result<(), Problem> {
    let Some(first) = orders.first() else {
        return Ok(());
    };
    if orders.iter().any(|order| order.code.is_none()) {
        return Ok(());
    }
    let at = first.member.as_deref().unwrap_or("order");
    let reason = first.reason.as_deref().unwrap_or_default();
    let detail = format!(
        "none of {} orders was taken; the first: {at}: {reason}",
        orders.len()
    );
    Err(Problem::new(ProblemKind::OrdersRejected, detail))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::{Value, json};

    fn order(number: u32) -> Value {
        json!({
            "id": 6_000_000_000_000_u64 + u64::from(number), "name": format!("#{number}"),
            "created_at": "2026-01-06T10:00:00+01:00", "currency": "EUR", "total_price": "10.00",
            "email": "somebody@example.com"
        })
    }

    #[tokio::test]
    async fn the_same_order_twice_changes_nothing() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake, Power::List]);
        let first = server
            .post("/v1/orders", Some(&key), json!({ "order": order(3001) }))
            .await
            .ok();
        let first = &first.json()["orders"][0];
        assert_eq!(first["outcome"], "imported");
        let token = first["token"].as_str().unwrap();
        let stored = server
            .get(&format!("/v1/orders/{token}"), Some(&key))
            .await
            .ok()
            .json();
        assert_eq!(stored["total_minor"], 1000);
        let second = server
            .post("/v1/orders", Some(&key), json!({ "order": order(3001) }))
            .await
            .ok();
        assert_eq!(second.json()["orders"][0]["outcome"], "unchanged");
    }

    #[tokio::test]
    async fn good_orders_are_taken_beside_bad_ones() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let mut bad = order(3002);
        bad["created_at"] = "the day before".into();
        let body = json!({ "orders": [bad, order(3003)] });
        let answer = server
            .post("/v1/orders", Some(&key), body)
            .await
            .ok()
            .json();
        assert_eq!(answer["orders"][0]["outcome"], "rejected");
        assert_eq!(answer["orders"][0]["code"], "date_invalid");
        assert_eq!(answer["orders"][1]["outcome"], "imported");
    }

    #[tokio::test]
    async fn a_body_without_one_good_order_is_no_success() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let mut bad = order(3002);
        bad["created_at"] = "the day before".into();
        let answer = server.post("/v1/orders", Some(&key), bad).await;
        assert_eq!(answer.problem(), "orders-rejected");
        assert!(answer.text().contains("created_at"));
    }
}
