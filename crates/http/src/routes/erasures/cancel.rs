//! `POST /v1/erasures/{id}/cancel`: takes a waiting erasure back.

use super::Erasure;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;

/// Takes a waiting erasure back: nothing was destroyed.
///
/// Needs the power `erase`. One that was carried out is `not-found` here: it cannot be undone.
#[utoipa::path(
    post,
    path = "/v1/erasures/{id}/cancel",
    tag = "forgetting",
    params(("id" = String, Path, description = "The erasure's public id (`era_…`).")),
    responses((status = 200, description = "The cancelled erasure.", body = Erasure)),
    security(("api_key" = []))
)]
pub(crate) async fn cancel_erasure(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<Erasure>, Problem> {
    let cancel = app.run(move |vault| vault.cancel_erasure(&credential, &id));
    Ok(Json(cancel.await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use axum::http::Method;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_cancelled_erasure_is_not_carried_out_any_more() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Erase]);
        let id = server.ask_to_erase(&key).await;
        let path = format!("/v1/erasures/{id}/cancel");
        let cancelled = server.call(Method::POST, &path, Some(&key), None).await;
        assert_eq!(cancelled.ok().json()["state"], "cancelled");
        let operator = server.operator();
        assert!(server.vault.confirm_erasure(&operator, &id).is_err());
        let again = server.call(Method::POST, &path, Some(&key), None).await;
        assert_eq!(again.problem(), "not-found");
    }
}
