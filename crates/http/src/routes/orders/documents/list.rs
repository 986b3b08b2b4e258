//! `GET /v1/orders/{token}/documents`: which documents an order has.

use super::Why;
use crate::answer::Logged;
use crate::app::{App, Shared};
use crate::caller::Caller;
use crate::extract::{InPath, Params};
use crate::problem::Problem;
use axum::extract::State;
use lethe_ops::Document;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The documents of an order.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "documents": [{
        "id": "doc_5f0c1a2b3d4e5f60", "name": "invoice-1001.pdf", "media_type": "application/pdf",
        "bytes": 48_213,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    }],
    "log_index": 4711
}))]
pub(crate) struct DocumentsAnswer {
    /// In the order in which they were added.
    documents: Vec<DocumentLine>,
    /// Where the access log holds this reveal.
    log_index: u64,
}

/// One document.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentLine {
    /// Its id within the order.
    id: String,
    /// The name it came with.
    name: String,
    /// `application/pdf` or `application/xml`.
    media_type: &'static str,
    /// Its length in bytes.
    bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
}

/// Lists the documents of an order.
///
/// Names and hashes are sealed with the documents, so that this is a reveal of `document.files`: the
/// access log holds it, it counts against the quota, and the key's grant must name the field.
/// `not-found` when the order has none.
#[utoipa::path(
    get,
    path = "/v1/orders/{token}/documents",
    tag = "personal data",
    params(("token" = String, Path, description = "The order's token (`ord_…`)."), Why),
    responses(
        (status = 200, description = "Its documents.", body = DocumentsAnswer,
            headers(("Access-Log-Index" = u64, description = "Where the access log holds this reveal."))),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn list_documents(
    State(app): State<Shared>,
    caller: Caller,
    InPath(token): InPath<String>,
    Params(why): Params<Why>,
) -> Result<Logged<DocumentsAnswer>, Problem> {
    let result = answer(&app, caller, token, &why).await;
    app.metrics.reveals.count(&result);
    result
}

async fn answer(
    app: &Arc<App>,
    Caller(credential): Caller,
    token: String,
    why: &Why,
) -> Result<Logged<DocumentsAnswer>, Problem> {
    let purpose = why.parse()?;
    let _place = app.heavy().await?;
    let open = app.run(move |vault| {
        let opened = vault.documents(&credential, &token, purpose)?;
        Ok(DocumentsAnswer {
            documents: opened.items.iter().map(line).collect(),
            log_index: opened.log_index,
        })
    });
    let body = open.await?;
    Ok(Logged {
        log_index: body.log_index,
        body,
    })
}

fn line(document: &Document) -> DocumentLine {
    DocumentLine {
        id: document.id.clone(),
        name: document.name.expose().to_owned(),
        media_type: document.media_type.name(),
        bytes: document.bytes.count(),
        sha256: document.sha256_hex(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn the_documents_of_an_order_are_listed_and_the_log_holds_it() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake, Power::Reveal]);
        let (order, _) = server.tokens(&key);
        let path = format!("/v1/orders/{order}/documents?purpose=support");
        let none = server.get(&path, Some(&key)).await;
        assert_eq!(none.problem(), "not-found");
        let xml = b"<?xml version=\"1.0\"?><Invoice/>";
        let added = server.add_document(&key, &order, xml).await.ok().json();
        let answer = server.get(&path, Some(&key)).await.ok();
        let listed = answer.json();
        assert_eq!(
            listed["log_index"].to_string(),
            answer.header("access-log-index")
        );
        let document = &listed["documents"][0];
        for member in ["id", "media_type", "bytes", "sha256"] {
            assert_eq!(document[member], added[member], "{member}");
        }
        assert_eq!(document["name"], "marked Zoë.pdf");
    }

    #[tokio::test]
    async fn a_key_without_the_field_or_the_purpose_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let (order, _) = server.tokens(&key);
        let path = format!("/v1/orders/{order}/documents?purpose=marketing");
        let answer = server.get(&path, Some(&key)).await;
        assert_eq!(answer.problem(), "purpose-not-granted");
        let path = format!("/v1/orders/{order}/documents");
        assert_eq!(
            server.get(&path, Some(&key)).await.problem(),
            "invalid-input"
        );
    }
}
