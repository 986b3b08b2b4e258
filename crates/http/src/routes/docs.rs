//! `GET /openapi.json`, and the pages made from it and from `docs/problems.md`.

use crate::app::Shared;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

/// No script, no frame, no form, nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";
const HTML: &str = "text/html; charset=utf-8";
const AN_HOUR: &str = "max-age=3600";

/// Returns this document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub(crate) async fn openapi(State(app): State<Shared>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, AN_HOUR)];
    (headers, app.pages.openapi.clone())
}

/// Shows the reference: what `/openapi.json` says, for people.
pub(crate) async fn reference(State(app): State<Shared>) -> impl IntoResponse {
    page(app.pages.reference.clone())
}

/// Shows the problem types: where the `type` of a problem document leads.
pub(crate) async fn problems(State(app): State<Shared>) -> impl IntoResponse {
    page(app.pages.problems.clone())
}

/// The look of the pages.
pub(crate) async fn style() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, AN_HOUR)];
    (headers, include_str!("../pages/style.css"))
}

fn page(html: axum::body::Bytes) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, HTML),
        (CACHE_CONTROL, AN_HOUR),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    (headers, html)
}
