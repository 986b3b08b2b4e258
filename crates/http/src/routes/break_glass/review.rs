//! `POST /v1/break-glass/{id}/review`: what came of looking at an emergency.

use super::BreakGlassDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::BreakGlassView;
use serde::Deserialize;
use utoipa::ToSchema;

/// What was found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "finding": "12 customers were called, case 2026/7" }))]
pub(crate) struct ReviewRequest {
    /// In one line: what was done with it, and whether it was right. Never a name or an address.
    finding: String,
}

/// Says what came of looking at an emergency.
///
/// Needs the power `approve`. Whoever opened or used it does not look at it themselves, where two
/// others could, and nobody before it has ended: `not-approvable`.
#[utoipa::path(
    post,
    path = "/v1/break-glass/{id}/review",
    tag = "keys",
    params(("id" = String, Path, description = "The emergency's public id (`glass_…`).")),
    request_body = ReviewRequest,
    responses((status = 200, description = "The emergency.", body = BreakGlassDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn review_break_glass(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<ReviewRequest>,
) -> Result<Json<BreakGlassView>, Problem> {
    let review = app.run(move |vault| vault.review_break_glass(&credential, &id, &request.finding));
    review.await.map(Json)
}
