//! Answers that carry their place in the access log.

use axum::Json;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Where the access log holds the act that an answer is about.
pub(crate) const ACCESS_LOG_INDEX: HeaderName = HeaderName::from_static("access-log-index");

/// An answer to an act that the log holds.
pub(crate) struct Logged<T> {
    pub(crate) log_index: u64,
    pub(crate) body: T,
}

impl<T: Serialize> IntoResponse for Logged<T> {
    fn into_response(self) -> Response {
        let index = HeaderValue::from(self.log_index);
        ([(ACCESS_LOG_INDEX, index)], Json(self.body)).into_response()
    }
}
