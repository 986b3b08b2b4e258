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
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
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

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
    use lethe_model::Power;
    use lethe_tlog::{TlogProof, TrustPolicy, VerifierKey, leaf_hash};
    use serde_json::json;

    #[tokio::test]
    async fn the_proof_of_a_reveal_verifies_with_the_logs_key_alone() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let query = json!({ "email": "nobody@example.com", "purpose": "support" });
        let found = server.post("/v1/find", Some(&key), query).await.ok();
        let index = found.header("access-log-index");
        let path = format!("/v1/log/entries/{index}/proof");
        let answer = server.get(&path, None).await.ok().json();
        let text = server.get("/v1/log/key", None).await.ok();
        let verifier: VerifierKey = text.text().trim().parse().unwrap();
        let policy = TrustPolicy::log_only(verifier.name().as_str(), verifier.clone()).unwrap();
        let proof: TlogProof =
            TlogProof::parse(answer["proof"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(proof.index().to_string(), index);
        let entry = BASE64.decode(answer["entry"].as_str().unwrap()).unwrap();
        proof.verify(&leaf_hash(&entry), &policy).unwrap();
        assert!(proof.verify(&leaf_hash(b"another"), &policy).is_err());
    }

    #[tokio::test]
    async fn an_entry_that_is_not_there_yet_is_not_found() {
        let server = TestServer::start();
        let answer = server.get("/v1/log/entries/1000/proof", None).await;
        assert_eq!(answer.problem(), "not-found");
    }
}
