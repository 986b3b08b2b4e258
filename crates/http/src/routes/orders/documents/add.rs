//! `POST /v1/orders/{token}/documents`: a document as it was issued.

use super::disposition::file_name;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, read_body};
use crate::problem::{Problem, ProblemKind};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use lethe_ops::{AddedDocument, DocumentBytes, NewDocument};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

/// What a document may be sent as; what it is, its first bytes say.
const MEDIA_TYPES: [&str; 4] = [
    "application/pdf",
    "application/xml",
    "text/xml",
    "application/octet-stream",
];

/// What became of a document.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "doc_5f0c1a2b3d4e5f60", "outcome": "added", "media_type": "application/pdf",
    "bytes": 48_213, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "log_index": 4711
}))]
pub(crate) struct DocumentAdded {
    /// The document's id within the order.
    id: String,
    /// `added`, or `unchanged` when the order has these bytes already.
    outcome: &'static str,
    /// `application/pdf` or `application/xml`, by the content.
    media_type: &'static str,
    /// Its length in bytes.
    bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
    /// Where the access log announces it.
    log_index: u64,
}

/// Adds a document to an order, as it was issued: a PDF (also Factur-X), or an invoice as XML.
///
/// Needs the power `intake`. The body is the document itself, kept byte for byte; its name comes in
/// `Content-Disposition`, never in the path. Idempotent by content: the same bytes again change
/// nothing and answer with the first id. At most 10 MiB a document, 20 documents and 25 MiB an order;
/// the order must be active.
#[utoipa::path(
    post,
    path = "/v1/orders/{token}/documents",
    tag = "orders and subjects",
    params(
        ("token" = String, Path, description = "The order's token (`ord_…`)."),
        ("Content-Disposition" = Option<String>, Header, description = "`attachment; filename=\"…\"` (RFC 6266): the document's name, sealed with it."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeated within 24 hours, the request is refused as `idempotency-replay` with the id of what was made."),
    ),
    request_body(description = "The document.",
        content((Vec<u8> = "application/pdf"), (Vec<u8> = "application/xml"))),
    responses(
        (status = 201, description = "It is added.", body = DocumentAdded),
        (status = 200, description = "The order has these bytes already.", body = DocumentAdded),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn add_document(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
    headers: HeaderMap,
    HeavyDocument { bytes, place }: HeavyDocument,
) -> Result<(StatusCode, Json<DocumentAdded>), Problem> {
    let new = NewDocument {
        name: headers.get(CONTENT_DISPOSITION).and_then(file_name),
        bytes: DocumentBytes::new(bytes.into()),
    };
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let add = app.run(move |vault| {
        // Held until the work is done, also when the client has hung up.
        let _place = place;
        let added = vault.add_document(&credential, &token, new)?;
        attempt.complete(&added.id);
        Ok(added)
    });
    let added = add.await?;
    let status = match added.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(added.into())))
}

impl From<AddedDocument> for DocumentAdded {
    fn from(added: AddedDocument) -> Self {
        Self {
            id: added.id,
            outcome: if added.is_new { "added" } else { "unchanged" },
            media_type: added.media_type.name(),
            bytes: added.bytes,
            sha256: added.sha256,
            log_index: added.log_index,
        }
    }
}

/// A document's bytes: they wait for a place before they are read into memory.
pub(crate) struct HeavyDocument {
    bytes: Bytes,
    place: OwnedSemaphorePermit,
}

impl FromRequest<Shared> for HeavyDocument {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let header = request.headers().get(CONTENT_TYPE);
        let sent_as = header.and_then(|one| one.to_str().ok()).unwrap_or_default();
        let essence = sent_as.split(';').next().unwrap_or_default().trim();
        if !MEDIA_TYPES
            .iter()
            .any(|one| essence.eq_ignore_ascii_case(one))
        {
            return Err(Problem::new(
                ProblemKind::UnsupportedMediaType,
                "send the document as `Content-Type: application/pdf` or `application/xml`",
            ));
        }
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let place = app.upload(length).await?;
        let bytes = read_body(request, app).await?;
        Ok(Self { bytes, place })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestKey, TestServer};
    use axum::body::Body;
    use axum::http::{Method, Request, header};
    use lethe_model::Power;

    #[tokio::test]
    async fn the_same_bytes_twice_are_one_document() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let (order, _) = server.tokens(&key);
        let first = server.add_document(&key, &order, b"%PDF-1.7 first").await;
        assert_eq!(first.status, 201);
        let again = server.add_document(&key, &order, b"%PDF-1.7 first").await;
        assert_eq!(again.status, 200);
        assert_eq!(again.json()["outcome"], "unchanged");
        assert_eq!(again.json()["id"], first.json()["id"]);
    }

    #[tokio::test]
    async fn a_repeated_idempotency_key_names_what_was_made() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let (order, _) = server.tokens(&key);
        let send = || {
            let head = head(&key, &order).header("Idempotency-Key", "7b1c");
            server.send(head, Body::from(&b"%PDF-1.7"[..]))
        };
        let first = send().await.ok().json();
        let again = send().await;
        assert_eq!(again.problem(), "idempotency-replay");
        assert_eq!(again.json()["made_id"], first["id"]);
    }

    #[tokio::test]
    async fn only_documents_are_taken_and_only_up_to_the_limit() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let (order, _) = server.tokens(&key);
        let answer = server.add_document(&key, &order, b"GIF89a").await;
        assert_eq!(answer.problem(), "invalid-input");
        let mut long = b"%PDF-1.7".to_vec();
        long.resize(10 * 1024 * 1024, b' ');
        server.add_document(&key, &order, &long).await.ok();
        long.push(b' ');
        let answer = server.add_document(&key, &order, &long).await;
        assert_eq!(answer.problem(), "body-too-large");
        let path = format!("/v1/orders/{order}/documents");
        let answer = server.post(&path, Some(&key), "%PDF-1.7".into()).await;
        assert_eq!(answer.problem(), "unsupported-media-type");
    }

    #[tokio::test]
    async fn another_recipients_token_leads_to_no_order() {
        let server = TestServer::start();
        let key = server.key(&[Power::Intake]);
        let (order, _) = server.tokens(&key);
        let other = server.key_of("elsewhere", &[Power::Intake]);
        let answer = server.add_document(&other, &order, b"%PDF-1.7").await;
        assert_eq!(answer.problem(), "not-found");
    }

    fn head(key: &TestKey, order: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(Method::POST)
            .uri(format!("/v1/orders/{order}/documents"))
            .header(header::AUTHORIZATION, format!("Bearer {}", key.secret))
            .header(header::CONTENT_TYPE, "application/pdf")
    }
}
