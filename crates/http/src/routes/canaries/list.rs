//! `GET /v1/canaries`: the canaries in the active store.

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::CanaryCount;
use serde::Serialize;
use utoipa::ToSchema;

/// The canaries of a shop, by the recipient they were planted for.
#[derive(Serialize, ToSchema)]
pub(crate) struct CanaryList {
    /// One entry for each recipient.
    #[schema(value_type = Vec<CanaryDocument>)]
    canaries: Vec<CanaryCount>,
}

/// The canaries of one recipient.
#[derive(ToSchema)]
#[schema(as = Canaries, example = json!({
    "recipient": "marketing", "orders": 1, "ids": ["can_5f0c2a9b31de7788"]
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct CanaryDocument {
    /// For whom they were planted.
    recipient: String,
    /// How many orders they have.
    orders: u64,
    /// Their public ids: no token, and nothing leads from them to a person in a list.
    ids: Vec<String>,
}

/// Lists the canaries in the active store.
///
/// Needs the power `keys`. Nothing in the answer tells which order of a list is a canary's.
#[utoipa::path(
    get,
    path = "/v1/canaries",
    tag = "keys",
    responses((status = 200, description = "The canaries.", body = CanaryList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_canaries(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<CanaryList>, Problem> {
    let canaries = app.run(move |vault| vault.canary_counts(&credential));
    Ok(Json(CanaryList {
        canaries: canaries.await?,
    }))
}
