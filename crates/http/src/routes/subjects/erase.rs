//! `DELETE /v1/subjects/{token}`: erasure (GDPR Art. 17).

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lethe_ops::ErasureView;
use utoipa::ToSchema;

/// An erasure that waits.
#[derive(ToSchema)]
#[schema(as = Erasure, example = json!({
    "id": "era_2f9c0a1b77d3e845", "state": "waiting", "requested_by": "key_0f3a5b9c7d21",
    "requested_at": "2026-11-26T10:00:00Z", "not_before": "2026-11-28T10:00:00Z",
    "erased_at": null, "holders": [], "report": null
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ErasureDocument {
    /// Its public id.
    id: String,
    /// `waiting`, `cancelled`, `held`, `partial` or `complete`.
    state: String,
    /// The credential that asked.
    requested_by: String,
    /// When.
    requested_at: String,
    /// It is carried out by itself from then on, unless it is taken back.
    not_before: String,
    /// When it was carried out here.
    erased_at: Option<String>,
    /// Holders of copies that were asked.
    holders: Vec<serde_json::Value>,
    /// What was done.
    report: Option<serde_json::Value>,
}

/// Asks for the erasure of a person.
///
/// Needs the power `erase`. A request from outside destroys nothing at once: it waits for the policy's
/// delay, or for the operator, and can be taken back until then. What the law keeps is sealed into the
/// archive. The same request twice is one.
#[utoipa::path(
    delete,
    path = "/v1/subjects/{token}",
    tag = "personal data",
    params(("token" = String, Path, description = "The subject's token (`sub_…`), or an order's of theirs.")),
    responses(
        (status = 202, description = "The erasure waits.", body = ErasureDocument),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn erase_subject(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<(StatusCode, Json<ErasureView>), Problem> {
    let waiting = app
        .run(move |vault| vault.request_erasure(&credential, &token))
        .await?;
    Ok((StatusCode::ACCEPTED, Json(waiting)))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn an_erasure_that_is_asked_for_waits_and_destroys_nothing_at_once() {
        let server = TestServer::start();
        let key = server.key(&Power::ALL);
        let (order, subject) = server.tokens(&key);
        let path = format!("/v1/subjects/{subject}");
        let waiting = server.delete(&path, Some(&key)).await;
        assert_eq!(waiting.status, 202);
        assert_eq!(waiting.json()["state"], "waiting");
        let again = server.delete(&path, Some(&key)).await.json();
        assert_eq!(
            again["id"],
            waiting.json()["id"],
            "the same request twice is one"
        );
        let reveal = json!({ "token": order, "fields": ["contact.email"], "purpose": "support" });
        let revealed = server.post("/v1/reveal", Some(&key), reveal).await;
        revealed.ok();
    }
}
