//! Canaries: people who do not exist, planted so that whoever reads one was going through a list.

mod list;
mod plant;
mod remove;

use crate::app::Shared;
use crate::settings::Settings;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub(super) fn routes(settings: &Settings) -> OpenApiRouter<Shared> {
    let large = DefaultBodyLimit::max(settings.orders_bytes_max);
    OpenApiRouter::new()
        .routes(routes!(list::list_canaries))
        .routes(routes!(plant::plant_canaries).layer(large))
        .routes(routes!(remove::remove_canaries))
}
