//! The caller: whose API key came with the request.

use crate::app::Shared;
use crate::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use lethe_crypto::PresentedKey;
use lethe_ops::Credential;
use std::net::IpAddr;
use std::sync::Arc;

/// The credential behind `Authorization: Bearer lethe_sk_…`, or `lethe_dk_…`. Comes before every extractor that
/// reads a body: nothing of a stranger is parsed.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<Credential>);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let key = PresentedKey::parse(bearer(&parts.headers).ok_or_else(missing)?)
            .map_err(|error| Problem::new(ProblemKind::KeyMalformed, error.to_string()))?;
        let authenticated = app
            .vault
            .authenticate_presented(&key, address(&parts.extensions));
        authenticated.map(Self).map_err(|error| app.problem(&error))
    }
}

/// Where a connection comes from; nothing over the Unix socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

/// Returns the address a request came from; `None` over the Unix socket.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Peer>().and_then(|peer| peer.0)
}

/// Returns the token of the bearer scheme, whose name is case-insensitive (RFC 9110 §11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn missing() -> Problem {
    Problem::new(
        ProblemKind::KeyMissing,
        "send your API key as `Authorization: Bearer lethe_sk_…`",
    )
}
