//! `GET /v1/log/key`: what the log's signatures are checked with.

use super::TEXT;
use crate::app::Shared;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// Returns the log's verifier key (C2SP signed-note).
///
/// Needs no key. Get it once over a way you trust and keep it: a key that comes with the log it
/// verifies proves nothing.
#[utoipa::path(
    get,
    path = "/v1/log/key",
    tag = "access log",
    responses((status = 200, description = "`name+id+base64`, one line.", body = String, content_type = "text/plain"))
)]
pub(crate) async fn log_key(State(app): State<Shared>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], format!("{}\n", app.vault.log_key()))
}
