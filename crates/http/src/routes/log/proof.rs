//! `GET /v1/log/entries/{index}/proof`: a proof that an entry is in the log.

use crate::app::Shared;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::ProofFile;
use utoipa::ToSchema;

/// A proof that an entry is in the log, to be checked offline by anybody.
#[derive(ToSchema)]
#[schema(as = LogProof)]
#[expect(dead_code, reason = "describes the answer; the operation's own type is serialised")]
pub(crate) struct ProofDocument {
    /// The entry's place.
    index: u64,
    /// The entry's 49 bytes, base64.
    entry: String,
    /// The `.tlog-proof` file (C2SP tlog-proof).
    proof: String,
}

/// Proves that an entry is in the log.
///
/// Needs no key: the entry holds no identifier, and the proof follows from the public tiles.
#[utoipa::path(
    get,
    path = "/v1/log/entries/{index}/proof",
    tag = "access log",
    params(("index" = u64, Path, description = "The entry's place: the `Access-Log-Index` of an answer.")),
    responses((status = 200, description = "The proof.", body = ProofDocument))
)]
pub(crate) async fn prove_entry(
    State(app): State<Shared>,
    InPath(index): InPath<u64>,
) -> Result<Json<ProofFile>, Problem> {
    let _place = app.heavy().await?;
    app.run(move |vault| vault.log_proof(index)).await.map(Json)
}
