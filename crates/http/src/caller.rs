//! The caller: whose API key or session came with the request.

use crate::app::Shared;
use crate::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use lethe_crypto::{ApiKey, SessionKey};
use lethe_ops::{Credential, Refusal, Seat, Session};
use std::net::IpAddr;
use std::sync::Arc;

/// The credential behind `Authorization: Bearer lethe_sk_…`, or of the person behind `lethe_ss_…`.
/// Comes before every extractor that reads a body: nothing of a stranger is parsed.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<Credential>);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        match presented(parts)? {
            Presented::Key(key) => {
                let authenticated = app.vault.authenticate(&key, address(&parts.extensions));
                authenticated.map(Self).map_err(|error| app.problem(&error))
            }
            Presented::Session(key) => {
                let session = app.vault.authenticate_session(&key, &seat(parts));
                let session = session.map_err(|error| app.problem(&error))?;
                Ok(Self(session.credential))
            }
        }
    }
}

/// Somebody who logged in; an API key is not enough.
#[derive(Debug, Clone)]
pub(crate) struct Person(pub(crate) Session);

impl FromRequestParts<Shared> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let key = match presented(parts)? {
            Presented::Session(key) => key,
            // A dead key is told so first, like everywhere.
            Presented::Key(key) => {
                let held = app.vault.authenticate(&key, address(&parts.extensions));
                held.map_err(|error| app.problem(&error))?;
                return Err(app.problem(&Refusal::SessionNeeded.into()));
            }
        };
        let session = app.vault.authenticate_session(&key, &seat(parts));
        session.map(Self).map_err(|error| app.problem(&error))
    }
}

enum Presented {
    Key(ApiKey),
    Session(SessionKey),
}

fn presented(parts: &Parts) -> Result<Presented, Problem> {
    let text = bearer(&parts.headers).ok_or_else(missing)?;
    let parsed = match SessionKey::is_meant(text) {
        true => SessionKey::parse(text).map(Presented::Session),
        false => ApiKey::parse(text).map(Presented::Key),
    };
    parsed.map_err(|error| Problem::new(ProblemKind::KeyMalformed, error.to_string()))
}

/// Says where a request comes from, as sessions are bound to it.
pub(crate) fn seat(parts: &Parts) -> Seat {
    let agent = parts.headers.get(USER_AGENT);
    Seat {
        from: address(&parts.extensions),
        agent: agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
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
