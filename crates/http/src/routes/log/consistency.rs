//! `GET /v1/log/consistency`: a proof that the log only grew.

use crate::app::Shared;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Since when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsistencyParams {
    /// The size of an earlier checkpoint.
    #[param(minimum = 1)]
    from: u64,
}

/// A consistency proof (RFC 6962 §2.1.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct Consistency {
    /// The earlier size.
    from: u64,
    /// The size of the present checkpoint.
    size: u64,
    /// The hashes, base64.
    proof: Vec<String>,
}

/// Proves that the log of an earlier size is the beginning of the present one.
///
/// Needs no key: the proof follows from the public tiles.
#[utoipa::path(
    get,
    path = "/v1/log/consistency",
    tag = "access log",
    params(ConsistencyParams),
    responses((status = 200, description = "The proof.", body = Consistency))
)]
pub(crate) async fn prove_consistency(
    State(app): State<Shared>,
    Params(ConsistencyParams { from }): Params<ConsistencyParams>,
) -> Result<Json<Consistency>, Problem> {
    let _place = app.heavy().await?;
    let (size, proof) = app.run(move |vault| vault.log_consistency(from)).await?;
    Ok(Json(Consistency { from, size, proof }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;

    #[tokio::test]
    async fn the_log_proves_that_it_only_grew() {
        let server = TestServer::start();
        let proof = server
            .get("/v1/log/consistency?from=1", None)
            .await
            .ok()
            .json();
        assert_eq!(proof["from"], 1);
        assert!(!proof["proof"].as_array().unwrap().is_empty());
        let size = &proof["size"];
        let path = format!("/v1/log/consistency?from={size}");
        assert_eq!(
            server.get(&path, None).await.ok().json()["proof"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
    }

    #[tokio::test]
    async fn sizes_that_the_log_never_had_are_refused() {
        let server = TestServer::start();
        for query in ["?from=0", "?from=100000", "?from=-1", ""] {
            let answer = server
                .get(&format!("/v1/log/consistency{query}"), None)
                .await;
            assert_eq!(answer.problem(), "invalid-input", "{query}");
        }
    }
}
