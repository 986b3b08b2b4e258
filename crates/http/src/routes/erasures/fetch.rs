//! `GET /v1/erasures/{id}`: what became of one erasure.

use super::Erasure;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;

/// Fetches an erasure: whether it waits, is held, partial or complete, and what was done.
///
/// Needs the power `erase`.
#[utoipa::path(
    get,
    path = "/v1/erasures/{id}",
    tag = "forgetting",
    params(("id" = String, Path, description = "The erasure's public id (`era_…`).")),
    responses((status = 200, description = "The erasure.", body = Erasure)),
    security(("api_key" = []))
)]
pub(crate) async fn fetch_erasure(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<Erasure>, Problem> {
    let fetch = app.run(move |vault| vault.erasure(&credential, &id));
    Ok(Json(fetch.await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn an_erasure_is_followed_by_its_id_from_asking_to_its_end() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Erase]);
        let id = server.ask_to_erase(&key).await;
        let path = format!("/v1/erasures/{id}");
        let waiting = server.get(&path, Some(&key)).await.ok().json();
        assert_eq!(waiting["id"], id);
        assert_eq!(waiting["state"], "waiting");
        assert!(waiting["done"].is_null());
        let operator = server.operator();
        server.vault.confirm_erasure(&operator, &id).unwrap();
        let complete = server.get(&path, Some(&key)).await.ok().json();
        assert_eq!(complete["state"], "complete");
        assert_eq!(complete["done"]["orders"], 2);
        let none = server.get("/v1/erasures/era_none", Some(&key)).await;
        assert_eq!(none.problem(), "not-found");
    }
}
