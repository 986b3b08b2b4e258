//! `POST /v1/canaries`: plants people who do not exist.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lethe_ops::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to plant, and for whose lists.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlantCanaries, example = json!({ "recipient": "marketing", "orders": "Name,Email,…\n#7001,…" }))]
pub(crate) struct PlantRequest {
    /// The recipient of a key.
    recipient: String,
    /// Orders of invented people, as a Shopify order export (CSV). `lethe canary plant` invents them.
    orders: String,
}

/// How many were planted.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "recipient": "marketing", "planted": 10 }))]
pub(crate) struct Planted {
    recipient: String,
    planted: u64,
}

/// Plants invented people with their orders as canaries for a recipient.
///
/// Needs the powers `keys` and `intake`. Whoever reads one was going through a list: an alert is raised, and the key is
/// held back unless the access settings say otherwise. The orders should be shipped ones.
#[utoipa::path(
    post,
    path = "/v1/canaries",
    tag = "keys",
    request_body = PlantRequest,
    responses((status = 201, description = "They are planted.", body = Planted)),
    security(("api_key" = []))
)]
pub(crate) async fn plant_canaries(
    State(app): State<Shared>,
    Caller(credential): Caller,
    JsonBody(request): JsonBody<PlantRequest>,
) -> Result<(StatusCode, Json<Planted>), Problem> {
    let plant = app.run(move |vault| {
        let PlantRequest { recipient, orders } = request;
        let planted = vault.plant_canaries_of_export(&credential, &recipient, orders.as_bytes())?;
        Ok::<_, Error>(Planted { recipient, planted })
    });
    Ok((StatusCode::CREATED, Json(plant.await?)))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn canaries_are_planted_listed_and_taken_away() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&[Power::Keys, Power::Erase]);
        let id = server.plant_canary();
        let listed = server.get("/v1/canaries", Some(&key)).await.ok().json();
        assert_eq!(listed["canaries"][0]["ids"], json!([id]));
        let body = json!({ "canaries": [id], "reason": "case 7" });
        let path = "/v1/canaries/remove";
        let removed = server
            .post(path, Some(&key), body.clone())
            .await
            .ok()
            .json();
        assert_eq!(removed["removed"], json!([id]));
        assert!(removed["warning"].is_string(), "nobody else could approve");
        let again = server.post(path, Some(&key), body).await;
        assert_eq!(again.problem(), "not-found");
    }

    #[tokio::test]
    async fn what_is_no_order_export_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Keys]);
        let body = json!({ "recipient": "nobody", "orders": "one,two\n1,2\n" });
        let refused = server.post("/v1/canaries", Some(&key), body).await;
        assert_eq!(refused.problem(), "invalid-input");
    }
}
