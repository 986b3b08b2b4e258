//! `GET /v1/log/checkpoint-cosigned`: the latest head that enough witnesses have signed.

use super::TEXT;
use crate::app::Shared;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Returns the latest checkpoint with its witnesses' cosignatures (C2SP tlog-cosignature).
///
/// Needs no key. It may be older than the log's own head, and is missing until the first time that
/// enough witnesses have signed.
#[utoipa::path(
    get,
    path = "/v1/log/checkpoint-cosigned",
    tag = "access log",
    responses(
        (status = 200, description = "A signed note.", body = String, content_type = "text/plain"),
    )
)]
pub(crate) async fn cosigned(State(app): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let note = app.run(|vault| vault.cosigned_checkpoint()).await?;
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-cache")], note))
}
