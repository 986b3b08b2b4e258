//! The access log. Its tree is public in C2SP's formats; its entries' meaning is for auditors.

mod checkpoint;
mod consistency;
mod cosigned;
mod entries;
mod key;
mod proof;
mod tile;

use crate::app::Shared;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint::checkpoint))
        .routes(routes!(cosigned::cosigned))
        .routes(routes!(tile::tile))
        .routes(routes!(key::log_key))
        .routes(routes!(entries::list_entries))
        .routes(routes!(proof::prove_entry))
        .routes(routes!(consistency::prove_consistency))
}

const TEXT: &str = "text/plain; charset=utf-8";
