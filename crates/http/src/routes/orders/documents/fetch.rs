//! `GET /v1/orders/{token}/documents/{id}`: a document's bytes.

use super::Why;
use super::disposition::attachment;
use crate::answer::ACCESS_LOG_INDEX;
use crate::app::{App, Shared};
use crate::caller::Caller;
use crate::extract::{InPath, Params};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use lethe_ops::Document;
use std::sync::Arc;

/// Returns a document as it was handed in, byte for byte.
///
/// A reveal of `document.files`: the access log holds it before anything is opened, it counts against
/// the quota, and the key's grant must name the field. The name is in `Content-Disposition`.
#[utoipa::path(
    get,
    path = "/v1/orders/{token}/documents/{id}",
    tag = "personal data",
    params(
        ("token" = String, Path, description = "The order's token (`ord_…`)."),
        ("id" = String, Path, description = "The document's id (`doc_…`)."),
        Why,
    ),
    responses(
        (status = 200, description = "The document.",
            content((Vec<u8> = "application/pdf"), (Vec<u8> = "application/xml")),
            headers(
                ("Access-Log-Index" = u64, description = "Where the access log holds this reveal."),
                ("Content-Disposition" = String, description = "`attachment`, with the document's name."),
            )),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn fetch_document(
    State(app): State<Shared>,
    caller: Caller,
    InPath((token, id)): InPath<(String, String)>,
    Params(why): Params<Why>,
) -> Result<(HeaderMap, Vec<u8>), Problem> {
    let result = answer(&app, caller, token, id, &why).await;
    app.metrics.reveals.count(&result);
    result
}

async fn answer(
    app: &Arc<App>,
    Caller(credential): Caller,
    token: String,
    id: String,
    why: &Why,
) -> Result<(HeaderMap, Vec<u8>), Problem> {
    let purpose = why.parse()?;
    let _place = app.heavy().await?;
    let open = app.run(move |vault| {
        let opened = vault.documents(&credential, &token, purpose)?;
        let log_index = opened.log_index;
        Ok((log_index, opened.take(&id)?))
    });
    let (log_index, document) = open.await?;
    Ok((
        headers(log_index, &document),
        document.bytes.expose().to_vec(),
    ))
}

fn headers(log_index: u64, document: &Document) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCESS_LOG_INDEX, HeaderValue::from(log_index));
    let media_type = HeaderValue::from_static(document.media_type.name());
    headers.insert(CONTENT_TYPE, media_type);
    let name = attachment(&document.name);
    headers.extend(name.map(|name| (CONTENT_DISPOSITION, name)));
    headers
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_document_comes_back_byte_for_byte_with_its_name_and_kind() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake, Power::Reveal]);
        let (order, _) = server.tokens(&key);
        let bytes: Vec<u8> = b"%PDF-1.7\n".iter().copied().chain(0..=255).collect();
        let added = server.add_document(&key, &order, &bytes).await.ok().json();
        let id = added["id"].as_str().unwrap();
        let path = format!("/v1/orders/{order}/documents/{id}?purpose=support");
        let answer = server.get(&path, Some(&key)).await.ok();
        assert_eq!(answer.body, bytes);
        assert_eq!(answer.header("content-type"), "application/pdf");
        assert_eq!(
            answer.header("content-disposition"),
            "attachment; filename*=UTF-8''marked%20Zo%C3%AB.pdf"
        );
        assert!(!answer.header("access-log-index").is_empty());
        assert_eq!(answer.header("cache-control"), "no-store");
    }

    #[tokio::test]
    async fn an_unknown_id_is_not_found_and_the_attempt_is_logged() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake, Power::Reveal]);
        let (order, _) = server.tokens(&key);
        server.add_document(&key, &order, b"%PDF-1.7").await.ok();
        let entries = || server.vault.status().unwrap().log_entries;
        let before = entries();
        let path = format!("/v1/orders/{order}/documents/doc_none?purpose=support");
        assert_eq!(server.get(&path, Some(&key)).await.problem(), "not-found");
        assert_eq!(entries(), before + 1);
    }
}
