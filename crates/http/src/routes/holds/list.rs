//! `GET /v1/legal-holds`: every hold, released ones too.

use super::HoldDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::HoldView;
use serde::Serialize;
use utoipa::ToSchema;

/// The legal holds of a shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldList {
    /// The holds.
    #[schema(value_type = Vec<HoldDocument>)]
    holds: Vec<HoldView>,
}

/// Lists the legal holds, released ones too.
///
/// Needs the power `retention`.
#[utoipa::path(
    get,
    path = "/v1/legal-holds",
    tag = "forgetting",
    responses((status = 200, description = "The holds.", body = HoldList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_holds(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<HoldList>, Problem> {
    let holds = app.run(move |vault| vault.list_holds(&credential)).await?;
    Ok(Json(HoldList { holds }))
}
