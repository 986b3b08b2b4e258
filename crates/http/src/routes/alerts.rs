//! `GET /v1/alerts`: what somebody should hear of.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::AlertView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Alerts shown when the caller does not say.
const LIMIT: u32 = 50;

/// How many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertParams {
    /// Alerts at once: 1 to 1000, 50 by default.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
}

/// Alerts, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertList {
    /// The alerts.
    #[schema(value_type = Vec<AlertDocument>)]
    alerts: Vec<AlertView>,
}

/// An alert. Nothing in it is about a person.
#[derive(ToSchema)]
#[schema(as = Alert, example = json!({
    "id": "alert_5f0c2a9b31de", "at": "2026-03-02T10:15:30Z", "last_at": "2026-03-02T10:40:02Z", "times": 7,
    "kind": "key-in-browser", "severity": "alarm", "store": "acme", "credential": "key_5f0c2a9b31de",
    "owner": "ada", "text": "The key key_5f0c2a9b31de of `warehouse` was sent by a web page …",
    "deliveries": [{ "channel": "webhook", "attempts": 1, "delivered_at": "2026-03-02T10:15:31Z" }]
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct AlertDocument {
    /// Its public id.
    id: String,
    /// When it was raised, RFC 3339.
    at: String,
    /// When the same happened last, within the hour after.
    last_at: String,
    /// How often it happened within that hour.
    times: u64,
    /// `key-in-browser`, `canary-read`, `anomaly`, `key-stopped`, `key-leaked`, `key-lint`, `break-glass`,
    /// `log-rolled-back`, `witness-lag` or `approval-waiting`.
    kind: String,
    /// `notice`, `warning` or `alarm`.
    severity: String,
    /// The shop.
    store: String,
    /// The credential that it is about.
    credential: Option<String>,
    /// Who answers for that.
    owner: Option<String>,
    /// What happened and what to do, in a sentence.
    text: String,
    /// What became of it, on each channel that was tried.
    deliveries: Vec<AlertDeliveryDocument>,
}

/// What became of an alert on one channel.
#[derive(ToSchema)]
#[schema(as = AlertDelivery)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct AlertDeliveryDocument {
    /// `webhook`, `email` or `stderr`.
    channel: String,
    /// How often it was tried.
    attempts: u64,
    /// When it got through, RFC 3339.
    delivered_at: Option<String>,
}

/// Lists the alerts of the caller's shop, the newest first.
///
/// Needs the power `audit`.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    tag = "operation",
    params(AlertParams),
    responses((status = 200, description = "The alerts.", body = AlertList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_alerts(
    State(app): State<Shared>,
    Caller(credential): Caller,
    Params(params): Params<AlertParams>,
) -> Result<Json<AlertList>, Problem> {
    let limit = params.limit.unwrap_or(LIMIT);
    let alerts = app
        .run(move |vault| vault.alerts(&credential, limit))
        .await?;
    Ok(Json(AlertList { alerts }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::body::Body;
    use axum::http::{Request, header};
    use lethe_model::Power;

    #[tokio::test]
    async fn a_key_that_a_page_sent_is_told_of_once_an_hour_and_counted() {
        let server = TestServer::start();
        let (auditor, victim) = (server.key(&[Power::Audit]), server.key(&[Power::List]));
        for _ in 0..3 {
            let request = Request::builder()
                .uri("/v1/orders")
                .header(header::ORIGIN, "https://shop.example")
                .header(header::AUTHORIZATION, format!("Bearer {}", victim.secret));
            let answer = server.send(request, Body::empty()).await;
            assert_eq!(answer.problem(), "browser-request");
        }
        let listed = server.get("/v1/alerts", Some(&auditor)).await.ok().json();
        let alerts = listed["alerts"].as_array().unwrap();
        assert_eq!(alerts.len(), 1, "{listed}");
        assert_eq!(alerts[0]["kind"], "key-in-browser");
        assert_eq!(alerts[0]["credential"], victim.id.as_str());
        assert!(alerts[0]["owner"].as_str().unwrap().starts_with("owner-"));
        assert_eq!(alerts[0]["times"], 1, "it was in quarantine by then");
        let none = server.get("/v1/alerts?limit=0", Some(&auditor)).await;
        assert_eq!(none.problem(), "invalid-input");
    }
}
