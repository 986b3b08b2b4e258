//! The router: routes, guard and state put together.

use crate::app::App;
use crate::guard::guard;
use crate::metrics::Metrics;
use crate::openapi;
use crate::pages::Pages;
use crate::routes;
use crate::settings::Settings;
use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use lethe_ops::Vault;
use std::sync::Arc;

/// Returns the interface of a vault.
pub fn router(vault: Arc<Vault>, settings: Settings) -> Router {
    let (documented, document) = routes::documented(&settings).split_for_parts();
    let templates: Vec<&str> = document.paths.paths.keys().map(String::as_str).collect();
    let metrics = Metrics::new(templates.into_iter().chain(routes::PAGES));
    let pages = Pages::new(&openapi::complete(document));
    let body_bytes_max = settings.body_bytes_max;
    let app = Arc::new(App::new(vault, settings, metrics, pages));
    documented
        .merge(routes::pages())
        .fallback(routes::unknown_route)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}
