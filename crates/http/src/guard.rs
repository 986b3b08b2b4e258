//! What every request passes, in this order: refusal of browsers, a place among the requests
//! served at once, a time limit; and on the way back: security headers, metrics.
//!
//! Nothing here logs a request: paths hold tokens, bodies hold people.

use crate::app::{App, Shared};
use crate::problem::{Cause, Problem, ProblemKind};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;

/// The policy of everything that is not a page.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Headers that only browsers send, and cannot be talked out of.
const BROWSER_HEADERS: [HeaderName; 5] = [
    HeaderName::from_static("origin"),
    HeaderName::from_static("sec-fetch-site"),
    HeaderName::from_static("sec-fetch-mode"),
    HeaderName::from_static("sec-fetch-dest"),
    HeaderName::from_static("sec-fetch-user"),
];

/// Guards one request.
pub(crate) async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = answer(&app, request, next).await;
    if let Some(cause) = response.extensions_mut().remove::<Cause>() {
        app.report(&cause);
    }
    secure(response.headers_mut());
    let route = route.as_ref().map(MatchedPath::as_str);
    app.metrics
        .count(route, &method, response.status(), began.elapsed());
    response
}

async fn answer(app: &App, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/v1") && is_browser(request.headers()) {
        return from_browser().into_response();
    }
    let Ok(_place) = app.requests.try_acquire() else {
        let detail = "too many requests are being served: try again in a second";
        return Problem::new(ProblemKind::Busy, detail).into_response();
    };
    match tokio::time::timeout(app.settings.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => late().into_response(),
    }
}

fn is_browser(headers: &HeaderMap) -> bool {
    BROWSER_HEADERS
        .iter()
        .any(|name| headers.contains_key(name))
}

fn from_browser() -> Problem {
    Problem::new(
        ProblemKind::BrowserRequest,
        "this request comes from a web page: whoever opens the page can read its API key; call the \
         vault from a server",
    )
}

fn late() -> Problem {
    Problem::new(
        ProblemKind::VaultTimeout,
        "the answer took too long; what was asked for may have been done and logged all the same",
    )
}

/// Adds the headers that every answer carries unless its route chose others.
fn secure(headers: &mut HeaderMap) {
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NO_CONTENT);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
