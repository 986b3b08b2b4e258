//! `GET /metrics`: counts and durations, for Prometheus.

use crate::app::Shared;
use crate::metrics::render;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use lethe_ops::Vault;

/// Shows counts and durations in Prometheus' text format.
///
/// Needs no key. Labels are route templates, methods, statuses and problem codes; never a token, a
/// path or a value.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(app): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let entries = app.run(|vault| Ok(published_entries(vault))).await?;
    let witnesses = app.run(|vault| Ok(vault.witness_report())).await?;
    let witnesses = witnesses.map(|report| report.witnesses).unwrap_or_default();
    let text = render(&app.metrics, entries, &witnesses);
    Ok((
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    ))
}

/// Reads the size of the published log: the second line of its checkpoint. Zero when unreadable,
/// so that a broken log does not hide the other numbers.
fn published_entries(vault: &Vault) -> u64 {
    let checkpoint = vault.log_files().checkpoint().ok().flatten();
    let size = checkpoint.as_deref().and_then(|text| text.lines().nth(1));
    size.and_then(|size| size.parse().ok()).unwrap_or(0)
}
