//! `POST /v1/legal-holds/{id}/release`: releases a hold.

use super::HoldDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::HoldView;

/// Releases a legal hold: what it deferred is due again in the next run.
///
/// Needs the power `retention`. Where two others could approve it, it is `approval-needed` first, and
/// done when it is asked for again once they have. One that was released before is `not-found`.
#[utoipa::path(
    post,
    path = "/v1/legal-holds/{id}/release",
    tag = "forgetting",
    params(("id" = String, Path, description = "The hold's public id (`hold_…`).")),
    responses((status = 200, description = "The released hold.", body = HoldDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn release_hold(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<HoldView>, Problem> {
    let release = app.run(move |vault| vault.release_hold(&credential, &id));
    release.await.map(Json)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::http::Method;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_hold_is_released_once_and_stays_listed() {
        let server = TestServer::start();
        let key = server.key(&[Power::Retention]);
        let id = server.place_hold();
        let path = format!("/v1/legal-holds/{id}/release");
        let released = server.call(Method::POST, &path, Some(&key), None).await;
        assert_eq!(released.ok().json()["released_at"], "2026-01-15T12:00:00Z");
        let again = server.call(Method::POST, &path, Some(&key), None).await;
        assert_eq!(again.problem(), "not-found");
        let list = server.get("/v1/legal-holds", Some(&key)).await.ok().json();
        assert_eq!(list["holds"][0]["id"], id);
    }
}
