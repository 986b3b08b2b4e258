//! `GET /v1/break-glass`: the emergencies there were.

use super::BreakGlassDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::BreakGlassView;
use serde::Serialize;
use utoipa::ToSchema;

/// The emergencies of a shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct BreakGlassList {
    /// The emergencies, oldest first.
    #[schema(value_type = Vec<BreakGlassDocument>)]
    break_glass: Vec<BreakGlassView>,
}

/// Lists the emergencies, and what came of looking at them.
///
/// Needs the power `approve`.
#[utoipa::path(
    get,
    path = "/v1/break-glass",
    tag = "keys",
    responses((status = 200, description = "The emergencies.", body = BreakGlassList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_break_glass(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<BreakGlassList>, Problem> {
    let list = app.run(move |vault| vault.break_glasses(&credential));
    let break_glass = list.await?;
    Ok(Json(BreakGlassList { break_glass }))
}
