//! `GET /v1/log/checkpoint`: the signed head of the log.

use super::TEXT;
use crate::app::Shared;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Returns the log's signed head (C2SP tlog-checkpoint).
///
/// Needs no key, so that any tlog client and witness can read it: it tells the log's size and root.
#[utoipa::path(
    get,
    path = "/v1/log/checkpoint",
    tag = "access log",
    responses((status = 200, description = "A signed note.", body = String, content_type = "text/plain"))
)]
pub(crate) async fn checkpoint(State(app): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let _place = app.heavy().await?;
    let note = app.run(|vault| vault.log_checkpoint()).await?;
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-cache")], note))
}
