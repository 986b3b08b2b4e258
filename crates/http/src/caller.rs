//! The caller: whose API key came with the request.

use crate::app::Shared;
use crate::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use lethe_crypto::ApiKey;
use lethe_ops::Credential;
use std::sync::Arc;

/// The credential behind `Authorization: Bearer lethe_sk_…`. Comes before every extractor that
/// reads a body: nothing of a stranger is parsed.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<Credential>);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let key = ApiKey::parse(bearer(parts).ok_or_else(missing)?)
            .map_err(|error| Problem::new(ProblemKind::KeyMalformed, error.to_string()))?;
        let authenticated = app.vault.authenticate(&key);
        authenticated.map(Self).map_err(|error| app.problem(&error))
    }
}

/// Returns the token of the bearer scheme, whose name is case-insensitive (RFC 9110 §11.1).
fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn missing() -> Problem {
    Problem::new(
        ProblemKind::KeyMissing,
        "send your API key as `Authorization: Bearer lethe_sk_…`",
    )
}
