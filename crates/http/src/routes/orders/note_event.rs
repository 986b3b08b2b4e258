//! `POST /v1/orders/{token}/events`: what happened to an order, so that its terms begin.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody, parse_day};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use lethe_ops::{EventKind, OrderEvent};
use serde::Deserialize;
use utoipa::ToSchema;

/// What happened to an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "return", "reference": "RMA-1042", "on": "2026-03-09", "closed_on": "2026-03-20"
}))]
pub(crate) struct EventRequest {
    /// `delivered`, `return`, `dispute` or `contact`.
    kind: String,
    /// The shop's own number of a return or dispute. Never a name.
    #[serde(default)]
    reference: String,
    /// The day it happened or began, ISO 8601.
    on: String,
    /// The day a return or dispute ended; absent while it is open.
    closed_on: Option<String>,
}

/// Notes a delivery, a return, a dispute or a contact of an order: its terms count from there.
///
/// Needs the power `intake`. Idempotent by nature: the same reference again replaces what was noted,
/// and closes a return or dispute when it brings `closed_on`.
#[utoipa::path(
    post,
    path = "/v1/orders/{token}/events",
    tag = "orders and subjects",
    params(("token" = String, Path, description = "The order's token (`ord_…`).")),
    request_body = EventRequest,
    responses((status = 204, description = "It is noted.")),
    security(("api_key" = []))
)]
pub(crate) async fn note_event(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
    JsonBody(request): JsonBody<EventRequest>,
) -> Result<StatusCode, Problem> {
    let event = request.parse()?;
    let note = app.run(move |vault| vault.note_event(&credential, &token, &event));
    note.await?;
    Ok(StatusCode::NO_CONTENT)
}

impl EventRequest {
    fn parse(self) -> Result<OrderEvent, Problem> {
        let kind = EventKind::parse(&self.kind).ok_or_else(|| {
            let names = EventKind::ALL.map(EventKind::name).join(", ");
            Problem::invalid("kind", &format!("no such event; use one of {names}"))
        })?;
        let closed_on = self.closed_on.as_deref();
        Ok(OrderEvent {
            kind,
            reference: self.reference,
            on: parse_day("on", &self.on)?,
            closed_on: closed_on
                .map(|day| parse_day("closed_on", day))
                .transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestKey, TestServer};
    use lethe_model::Power;
    use serde_json::{Value, json};

    async fn delivery_kept_until(server: &TestServer, key: &TestKey, order: &str) -> Value {
        let path = format!("/v1/orders/{order}/retention");
        let explained = server.get(&path, Some(key)).await.ok().json();
        let categories = explained["categories"].as_array().unwrap();
        let delivery = categories.iter().find(|one| one["category"] == "delivery");
        delivery.unwrap()["kept_until"].clone()
    }

    #[tokio::test]
    async fn the_end_of_a_return_moves_the_day_an_address_goes() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake, Power::List]);
        let (order, _) = server.tokens(&key);
        let path = format!("/v1/orders/{order}/events");
        for event in [
            json!({ "kind": "delivered", "on": "2026-01-10" }),
            json!({ "kind": "return", "reference": "RMA-7", "on": "2026-01-11" }),
            json!({ "kind": "return", "reference": "RMA-7", "on": "2026-01-11",
                "closed_on": "2026-01-14" }),
        ] {
            let answer = server.post(&path, Some(&key), event).await;
            assert_eq!(answer.status, 204);
        }
        let until = delivery_kept_until(&server, &key, &order).await;
        assert_eq!(until, "2026-04-14");
    }

    #[tokio::test]
    async fn an_event_with_a_wrong_kind_day_or_reference_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let (order, _) = server.tokens(&key);
        let path = format!("/v1/orders/{order}/events");
        for event in [
            json!({ "kind": "lost", "on": "2026-01-10" }),
            json!({ "kind": "delivered", "on": "yesterday" }),
            json!({ "kind": "return", "reference": "Ana", "on": "2026-01-10" }),
            json!({ "kind": "return", "reference": "R1", "on": "2026-01-10",
                "closed_on": "2026-01-09" }),
        ] {
            let answer = server.post(&path, Some(&key), event.clone()).await;
            assert_eq!(answer.problem(), "invalid-input", "{event}");
        }
    }
}
