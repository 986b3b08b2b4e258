//! `GET /v1/retention/runs/{id}/record`: the destruction record, to be shown to an authority.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// In which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordParams {
    /// `text` (the signed text, by default) or `html` (a page to print, the signed text at its end).
    format: Option<String>,
}

/// Returns the signed record of a run that has ended: rules, counts, references, log entries.
///
/// Needs the power `retention`. The text is signed with the log's key: `lethe receipt verify` checks
/// it without the vault.
#[utoipa::path(
    get,
    path = "/v1/retention/runs/{id}/record",
    tag = "forgetting",
    params(("id" = String, Path, description = "The run's public id (`run_…`)."), RecordParams),
    responses((status = 200, description = "The record.",
        content((String = "text/plain"), (String = "text/html")))),
    security(("api_key" = []))
)]
pub(crate) async fn destruction_record(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    Params(params): Params<RecordParams>,
) -> Result<Response, Problem> {
    let is_page = match params.format.as_deref() {
        None | Some("text") => false,
        Some("html") => true,
        Some(_) => return Err(Problem::invalid("format", "must be text or html")),
    };
    let read = app.run(move |vault| vault.destruction_record(&credential, Some(&id)));
    let (record, signed) = read.await?;
    if !is_page {
        return Ok(([(CONTENT_TYPE, TEXT)], signed).into_response());
    }
    let page = record.to_html(Some(&signed));
    let policy = page_policy(&page);
    let headers = [
        (CONTENT_TYPE, HTML.to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, page).into_response())
}

/// Allows the page's own style, by its hash, and nothing else.
fn page_policy(page: &str) -> String {
    let style = page.split_once("<style>").map_or("", |(_, rest)| rest);
    let style = style.split_once("</style>").map_or("", |(style, _)| style);
    let hash = BASE64.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; sandbox"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_record_is_a_signed_text_or_a_page_that_loads_nothing() {
        let server = TestServer::start();
        let key = server.key(&[Power::Retention]);
        let path = format!("/v1/retention/runs/{}/record", server.run_retention());
        let text = server.get(&path, Some(&key)).await.ok();
        assert_eq!(text.header("content-type"), TEXT);
        assert!(text.text().contains("\n\n— "), "a signed note");
        let page = server.get(&format!("{path}?format=html"), Some(&key)).await;
        let page = page.ok();
        assert_eq!(page.header("content-type"), HTML);
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe"));
        for forbidden in ["<script", "style=", "onclick", "<img", "src="] {
            assert!(!page.text().contains(forbidden), "{forbidden}");
        }
        let other = server.get(&format!("{path}?format=pdf"), Some(&key)).await;
        assert_eq!(other.problem(), "invalid-input");
    }

    #[test]
    fn the_policy_names_the_hash_of_the_style_and_of_no_other() {
        let policy = page_policy("<head><style>a{}</style></head>");
        let hash = BASE64.encode(Sha256::digest("a{}"));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")));
    }
}
