//! Problem documents (RFC 9457): what happened, which input, what to do; never a personal value.

mod from_ops;
mod kind;

pub use kind::ProblemKind;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// The media type of problem documents.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A request that was not answered as it wished.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemKind,
    detail: Cow<'static, str>,
    retry_after_s: Option<u64>,
    made_id: Option<String>,
    cause: Option<String>,
}

/// A problem document (RFC 9457). Branch on `code`, show `detail`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/docs/problems#field-not-granted",
    "title": "The key may not read this field",
    "status": 403,
    "detail": "this key may not read `contact.email`",
    "code": "field-not-granted"
}))]
pub(crate) struct ProblemDocument<'a> {
    /// Where the problem type is described, relative to this server.
    #[serde(rename = "type")]
    kind: String,
    /// What happened, the same for every occurrence.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What happened here and what to do. Never a personal value.
    detail: &'a str,
    /// The problem type's stable code.
    code: &'a str,
    /// With `idempotency-replay`: the id of what was made then.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_id: Option<&'a str>,
}

/// What went wrong inside, for the operator. Travels in the response's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) String);

impl Problem {
    /// Describes an occurrence.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        // "Try again in a second" is right whenever nothing is wrong with the request itself.
        let is_passing = kind.status() == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            kind,
            detail: detail.into(),
            retry_after_s: is_passing.then_some(1),
            made_id: None,
            cause: None,
        }
    }

    /// Returns its kind.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    pub(crate) fn invalid(field: &str, reason: &str) -> Self {
        Self::new(ProblemKind::InvalidInput, format!("{field}: {reason}"))
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn with_made_id(mut self, id: Option<String>) -> Self {
        self.made_id = id;
        self
    }

    pub(crate) fn with_cause(mut self, cause: String) -> Self {
        self.cause = Some(cause);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let document = ProblemDocument {
            kind: format!("/docs/problems#{}", self.kind.code()),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: &self.detail,
            code: self.kind.code(),
            made_id: self.made_id.as_deref(),
        };
        let body = serde_json::to_vec(&document).expect("texts and numbers serialise");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"lethe\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Cause(cause));
        }
        response
    }
}
