//! `GET /v1/erasures`: what waits, what is held, whom to remind.

use super::Erasure;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which erasures.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ErasureParams {
    /// Whether those that are complete are listed too.
    #[param(default = false)]
    complete: Option<bool>,
}

/// The erasures of a shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureList {
    /// The erasures, oldest first; a thousand at most.
    erasures: Vec<Erasure>,
}

/// Lists erasures: those that wait, are held or not confirmed by every holder of copies.
///
/// Needs the power `erase`.
#[utoipa::path(
    get,
    path = "/v1/erasures",
    tag = "forgetting",
    params(ErasureParams),
    responses((status = 200, description = "The erasures.", body = ErasureList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_erasures(
    State(app): State<Shared>,
    Caller(credential): Caller,
    Params(params): Params<ErasureParams>,
) -> Result<Json<ErasureList>, Problem> {
    let with_complete = params.complete.unwrap_or(false);
    let list = app.run(move |vault| vault.list_erasures(&credential, with_complete));
    let erasures = list.await?.into_iter().map(Erasure::from).collect();
    Ok(Json(ErasureList { erasures }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn complete_erasures_are_listed_on_demand_with_what_was_kept() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Erase]);
        let id = server.ask_to_erase(&key).await;
        server
            .vault
            .confirm_erasure(&server.operator(), &id)
            .unwrap();
        let open = server.get("/v1/erasures", Some(&key)).await.ok().json();
        assert_eq!(open["erasures"], json!([]));
        let path = "/v1/erasures?complete=true";
        let all = server.get(path, Some(&key)).await.ok().json();
        let erasure = &all["erasures"][0];
        assert_eq!(erasure["id"], id);
        assert_eq!(erasure["state"], "complete");
        assert_eq!(erasure["done"]["orders"], 2);
        let kept = erasure["done"]["kept"].as_array().unwrap();
        let invoice = kept.iter().find(|one| one["category"] == "invoice");
        let until = invoice.unwrap()["until"].as_str().unwrap();
        assert_eq!(until, "2036-12-31");
    }
}
