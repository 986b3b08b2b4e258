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

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Purpose;
    use lethe_ops::FindQuery;
    use lethe_tlog::{decode_bundle, leaf_hash, tile_from_bytes};

    #[tokio::test]
    async fn tiles_and_entries_are_those_of_the_tree() {
        let server = TestServer::start();
        for number in 0..300 {
            let query = FindQuery::order(&format!("#{number}"), Purpose::Support).unwrap();
            // Refused from the fifty-first on, and logged all the same.
            drop(server.vault.find(&server.operator(), query));
        }
        let checkpoint = server.get("/v1/log/checkpoint", None).await.ok();
        assert_eq!(checkpoint.header("cache-control"), "no-cache");
        assert_eq!(
            checkpoint.header("content-type"),
            "text/plain; charset=utf-8"
        );
        let size: u64 = checkpoint.text().lines().nth(1).unwrap().parse().unwrap();
        assert!(size > 300);
        let tile = server.get("/v1/log/tile/0/000", None).await.ok();
        let bundle = server.get("/v1/log/tile/entries/000", None).await.ok();
        for full in [&tile, &bundle] {
            assert_eq!(
                full.header("cache-control"),
                "public, max-age=31536000, immutable"
            );
            assert_eq!(full.header("content-type"), "application/octet-stream");
        }
        let hashes = tile_from_bytes(&tile.body).unwrap();
        let entries = decode_bundle(&bundle.body, 256).unwrap();
        assert!(entries.iter().map(|entry| leaf_hash(entry)).eq(hashes));
        let partial = server
            .get(&format!("/v1/log/tile/0/001.p/{}", size - 256), None)
            .await
            .ok();
        assert_eq!(
            partial.header("cache-control"),
            "public, max-age=86400, immutable"
        );
    }

    #[tokio::test]
    async fn what_is_no_tile_path_is_not_found() {
        let server = TestServer::start();
        let paths = [
            "0/0",
            "0/000",
            "64/000",
            "0/001",
            "0/000.p/0",
            "0/000.p/256",
            "../vkey",
            "%2e%2e/vkey",
            "..%2f..%2fvkey",
            "entries/../../vkey",
            "0//000",
        ];
        for path in paths {
            let answer = server.get(&format!("/v1/log/tile/{path}"), None).await;
            assert!(
                ["not-found", "unknown-route"].contains(&&*answer.problem()),
                "{path}"
            );
        }
    }
}
