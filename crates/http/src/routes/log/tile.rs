//! `GET /v1/log/tile/…`: the log's tree and entries (C2SP tlog-tiles).

use crate::app::Shared;
use crate::extract::InPath;
use crate::problem::{Problem, ProblemKind};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use lethe_ops::Error;
use lethe_tlog::TilePath;

const FOREVER: &str = "public, max-age=31536000, immutable";
/// A partial tile does not change either, but a fuller one takes its place.
const A_DAY: &str = "public, max-age=86400, immutable";

/// Returns a tile of hashes or a bundle of entries (C2SP tlog-tiles).
///
/// Needs no key. `/v1/log` is the log's prefix: `tile/0/x001/067`, `tile/entries/000.p/7`. An entry
/// is 49 bytes without any identifier.
#[utoipa::path(
    get,
    path = "/v1/log/tile/{*path}",
    tag = "access log",
    params(("path" = String, Path, description = "The rest of a tile path, with its slashes, for example `0/000` or `entries/000.p/7`.")),
    responses((status = 200, description = "The tile or bundle.", body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(crate) async fn tile(
    State(app): State<Shared>,
    InPath(path): InPath<String>,
) -> Result<impl IntoResponse, Problem> {
    let missing = || Problem::new(ProblemKind::NotFound, "the log has no such tile (yet)");
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| missing())?;
    let caching = if path.is_partial() { A_DAY } else { FOREVER };
    let read = app.run(move |vault| {
        let found = vault.log_files().resource(&path);
        found.map_err(Error::file("cannot read a tile"))
    });
    let bytes = read.await?.ok_or_else(missing)?;
    Ok((
        [
            (CONTENT_TYPE, "application/octet-stream"),
            (CACHE_CONTROL, caching),
        ],
        bytes,
    ))
}
