//! `POST /v1/break-glass`: gives a key more for an hour.

use super::BreakGlassDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::routes::fields::{parse_fields, parse_purpose};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lethe_ops::{BreakGlassView, NewBreakGlass};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is needed, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "key": "key_5f0c2a9b31de", "fields": ["contact.phone"], "people": 40, "reason": "recall 2026/7"
}))]
pub(crate) struct BreakGlassRequest {
    /// The public id of the key that gets it (`key_…`).
    key: String,
    /// Fields beyond its grant's.
    #[serde(default)]
    fields: Vec<String>,
    /// Purposes beyond its grant's.
    #[serde(default)]
    purposes: Vec<String>,
    /// People beyond its bounds: 500 at most.
    #[serde(default)]
    people: u32,
    /// Why, in one line. Never a name or an address.
    reason: String,
}

/// Gives a key more for an hour, in an emergency. It is in the log before it holds.
///
/// Needs the power `approve`. It ends by itself. Another approver looks at it within 72 hours; while
/// one is overdue, the next is `not-approvable`.
#[utoipa::path(
    post,
    path = "/v1/break-glass",
    tag = "keys",
    request_body = BreakGlassRequest,
    responses((status = 201, description = "The emergency.", body = BreakGlassDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn open_break_glass(
    State(app): State<Shared>,
    Caller(credential): Caller,
    JsonBody(request): JsonBody<BreakGlassRequest>,
) -> Result<(StatusCode, Json<BreakGlassView>), Problem> {
    let purposes = request.purposes.iter().map(|name| parse_purpose(name));
    let new = NewBreakGlass {
        fields: parse_fields(&request.fields)?,
        purposes: purposes.collect::<Result<_, _>>()?,
        key: request.key,
        people: request.people,
        reason: request.reason,
    };
    let open = app.run(move |vault| vault.break_glass(&credential, &new));
    Ok((StatusCode::CREATED, Json(open.await?)))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn an_emergency_is_opened_shown_and_looked_at_by_somebody_else() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let [one, other] = ["one", "other"].map(|who| server.key_of(who, &[Power::Approve]));
        server.key_of("third", &[Power::Approve]);
        let body = json!({ "key": key.id, "people": 5, "reason": "recall 7" });
        let opened = server.post("/v1/break-glass", Some(&one), body).await;
        assert_eq!(opened.status, 201, "{}", opened.text());
        let opened = opened.json();
        assert_eq!(opened["state"], "active");
        server.clock.advance_hours(1);
        let path = format!("/v1/break-glass/{}/review", opened["id"].as_str().unwrap());
        let finding = json!({ "finding": "12 customers were called, case 7" });
        let own = server.post(&path, Some(&one), finding.clone()).await;
        assert_eq!(own.problem(), "not-approvable");
        server.post(&path, Some(&other), finding).await.ok();
        let list = server.get("/v1/break-glass", Some(&one)).await.ok().json();
        assert_eq!(list["break_glass"][0]["state"], "reviewed");
        assert_eq!(list["break_glass"][0]["reviewed_by"], other.id);
    }

    #[tokio::test]
    async fn one_that_would_give_nothing_or_to_nobody_is_refused() {
        let server = TestServer::start();
        let (key, idle) = (server.key(&[Power::Reveal]), server.key(&[Power::List]));
        let approver = server.key_of("one", &[Power::Approve]);
        let bodies = [
            (
                json!({ "key": key.id, "reason": "recall 7" }),
                "invalid-input",
            ),
            (
                json!({ "key": key.id, "people": 501, "reason": "recall 7" }),
                "invalid-input",
            ),
            (
                json!({ "key": key.id, "people": 5, "reason": "a@b" }),
                "invalid-input",
            ),
            (
                json!({ "key": "key_none", "people": 5, "reason": "recall 7" }),
                "not-found",
            ),
            (
                json!({ "key": idle.id, "people": 5, "reason": "recall 7" }),
                "not-found",
            ),
        ];
        for (body, problem) in bodies {
            let answer = server.post("/v1/break-glass", Some(&approver), body).await;
            assert_eq!(answer.problem(), problem);
        }
    }
}
