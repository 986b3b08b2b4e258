//! The pages for people, made once at the start: no script, nothing from elsewhere.

mod html;
mod markdown;
mod reference;

use crate::openapi;
use axum::body::Bytes;
use serde_json::Value;

/// The pages, ready to be sent.
pub(crate) struct Pages {
    pub(crate) openapi: Bytes,
    pub(crate) reference: Bytes,
    pub(crate) problems: Bytes,
}

impl Pages {
    /// Makes the pages from an OpenAPI document.
    pub(crate) fn new(document: &Value) -> Self {
        let problems = markdown::render(include_str!("../../../../docs/problems.md"));
        Self {
            openapi: openapi::to_text(document).into(),
            reference: html::page("Lethe API", &reference::render(document)).into(),
            problems: html::page("Lethe: problem types", &problems).into(),
        }
    }
}
