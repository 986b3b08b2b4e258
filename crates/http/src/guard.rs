//! What every request passes, in this order: refusal of browsers, a place among the requests
//! served at once, a time limit; and on the way back: security headers, metrics.
//!
//! Nothing here logs a request: paths hold tokens, bodies hold people.

use crate::app::Shared;
use crate::caller::{address, bearer};
use crate::problem::{Cause, Problem, ProblemKind};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN, REFERER, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lethe_crypto::PresentedKey;
use lethe_ops::BrowserVerdict;
use std::net::IpAddr;
use std::time::Instant;

/// The policy of everything that is not a page.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Headers that browsers send and programs on a server do not.
const BROWSER_HEADERS: [HeaderName; 6] = [
    ORIGIN,
    REFERER,
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

async fn answer(app: &Shared, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/v1")
        && is_browser(request.headers())
        && let Err(problem) = from_browser(app, Evidence::of(&request)).await
    {
        return problem.into_response();
    }
    let Ok(_place) = app.requests.try_acquire() else {
        return busy().into_response();
    };
    match tokio::time::timeout(app.settings.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => late().into_response(),
    }
}

fn busy() -> Problem {
    let detail = "too many requests are being served: try again in a second";
    Problem::new(ProblemKind::Busy, detail)
}

/// Tells a client beyond the bound of connections to come back, before its request is looked at.
pub(crate) fn too_many() -> Response {
    let mut response = busy().into_response();
    secure(response.headers_mut());
    response
}

fn is_browser(headers: &HeaderMap) -> bool {
    BROWSER_HEADERS
        .iter()
        .any(|name| headers.contains_key(name))
}

/// What a browser's request shows.
struct Evidence {
    key: Option<PresentedKey>,
    from: Option<IpAddr>,
    page: Option<String>,
}

impl Evidence {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let page = [ORIGIN, REFERER]
            .iter()
            .find_map(|name| headers.get(name)?.to_str().ok());
        Self {
            key: bearer(headers).and_then(|text| PresentedKey::parse(text).ok()),
            from: address(request.extensions()),
            page: page.map(str::to_owned),
        }
    }
}

/// Refuses a request of a web page, and quarantines the key that came with it: whoever opens the
/// page has it. Only where the installation's settings allow browsers does it pass.
async fn from_browser(app: &Shared, evidence: Evidence) -> Result<(), Problem> {
    let refusal = |quarantined: bool| {
        let detail = match quarantined {
            true => {
                "this request comes from a web page: whoever opens the page can read its API key, so \
                 the key was put in quarantine; make a new one and call the vault from a server"
            }
            false => {
                "this request comes from a web page: whoever opens the page can read its API key; \
                 call the vault from a server"
            }
        };
        Err(Problem::new(ProblemKind::BrowserRequest, detail))
    };
    let Evidence { key, from, page } = evidence;
    let Some(key) = key else {
        return refusal(false);
    };
    let seen = app
        .run(move |vault| vault.seen_in_browser(&key, from, page.as_deref()))
        .await?;
    match seen {
        BrowserVerdict::Allowed => Ok(()),
        BrowserVerdict::Quarantined => refusal(true),
        BrowserVerdict::Unknown => refusal(false),
    }
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
