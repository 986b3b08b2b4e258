//! Bodies, paths and queries: parsed at the door, and refused without an echo.

use crate::app::Shared;
use crate::json_fault::describe;
use crate::problem::{Problem, ProblemKind};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use jiff::civil::Date;
use lethe_model::Category;
use serde::de::DeserializeOwned;

/// A JSON body of a known shape.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let RawJson(bytes) = RawJson::from_request(request, app).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::new(ProblemKind::InvalidJson, describe(&error)))
    }
}

/// The bytes of a JSON body, for a parser of foreign formats.
pub(crate) struct RawJson(pub(crate) Bytes);

impl FromRequest<Shared> for RawJson {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                ProblemKind::UnsupportedMediaType,
                "send the body as `Content-Type: application/json`",
            ));
        }
        read_body(request, app).await.map(Self)
    }
}

/// Reads a body up to its route's bound, and no longer than it may take.
pub(crate) async fn read_body(request: Request, app: &Shared) -> Result<Bytes, Problem> {
    let arriving = Bytes::from_request(request, app);
    match tokio::time::timeout(app.settings.body_timeout, arriving).await {
        Ok(bytes) => bytes.map_err(|rejection| unread(&rejection)),
        Err(_) => Err(Problem::new(
            ProblemKind::RequestTimeout,
            "the body did not arrive in time: send it again",
        )),
    }
}

/// A query string of a known shape.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // The error's text holds what was sent, so it is not passed on.
        let query = Query::try_from_uri(&parts.uri).map_err(|_| {
            Problem::invalid(
                "query",
                "has a parameter that this route does not know, or one that is not a number where \
                 one is expected: /docs lists them",
            )
        })?;
        Ok(Self(query.0))
    }
}

/// What stands in the place of a path's parameter.
pub(crate) struct InPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value)).map_err(|_| {
            Problem::new(
                ProblemKind::NotFound,
                "the path does not have the form that this route expects: /docs shows it",
            )
        })
    }
}

/// Reads a day. What is none is not repeated.
pub(crate) fn parse_day(field: &str, text: &str) -> Result<Date, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid(field, "must be a day like 2026-03-02"))
}

/// Reads names of kinds of records. One that is none is told by its place: it may be anything.
pub(crate) fn parse_categories(names: &[String]) -> Result<Vec<Category>, Problem> {
    let numbered = names.iter().zip(1..);
    let parsed = numbered.map(|(name, number)| {
        let mut all = Category::ALL.into_iter();
        all.find(|one| one.name() == name).ok_or_else(|| {
            let known = Category::ALL.map(Category::name).join(", ");
            let reason = format!("name {number} is no kind of record; use some of {known}");
            Problem::invalid("categories", &reason)
        })
    });
    parsed.collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|one| one.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            ProblemKind::BodyTooLarge,
            "the body is longer than this route takes: send less at once",
        );
    }
    Problem::new(
        ProblemKind::InvalidJson,
        "the body broke off before its end: send it again",
    )
}
