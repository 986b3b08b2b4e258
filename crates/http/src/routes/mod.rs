//! One endpoint, one file: its documentation, its handler, its tests.

mod alerts;
mod break_glass;
mod canaries;
mod docs;
mod erasures;
mod exports;
mod fields;
mod find;
mod health;
mod holds;
mod keys;
mod log;
mod metrics;
mod orders;
mod policy;
mod proposals;
mod retention;
mod reveal;
mod staff;
mod statistics;
mod status;
mod subjects;
mod vendor_keys;

use crate::app::Shared;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use axum::Router;
use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Returns the routes that the OpenAPI document describes.
pub(crate) fn documented(settings: &Settings) -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(orders::routes(settings))
        .merge(keys::routes())
        .merge(log::routes())
        .merge(erasures::routes())
        .merge(retention::routes())
        .merge(holds::routes())
        .merge(proposals::routes())
        .merge(staff::routes())
        .merge(exports::routes())
        .merge(break_glass::routes())
        .merge(vendor_keys::routes())
        .merge(canaries::routes(settings))
        .routes(routes!(alerts::list_alerts))
        .routes(routes!(find::find))
        .routes(routes!(reveal::reveal))
        .routes(routes!(subjects::fetch::fetch_subject))
        .routes(routes!(subjects::erase::erase_subject))
        .routes(routes!(subjects::accesses::list_accesses))
        .routes(routes!(policy::list_policies))
        .routes(routes!(statistics::statistics))
        .routes(routes!(fields::list_fields))
        .routes(routes!(status::status))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
        .routes(routes!(docs::openapi))
}

/// The pages for people.
pub(crate) const PAGES: [&str; 3] = ["/docs", "/docs/problems", "/docs/style.css"];

/// Returns the pages for people.
pub(crate) fn pages() -> Router<Shared> {
    let [reference, problems, style] = PAGES;
    Router::new()
        .route(reference, get(docs::reference))
        .route(problems, get(docs::problems))
        .route(style, get(docs::style))
}

pub(crate) async fn unknown_route() -> Problem {
    Problem::new(
        ProblemKind::UnknownRoute,
        "there is no such route: /docs lists them all",
    )
}

pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(
        ProblemKind::MethodNotAllowed,
        "the route exists, but not with this method: /docs lists them all",
    )
}
