//! `POST /v1/keys/leaked`: revokes whatever key is posted to it.

use crate::app::Shared;
use crate::caller::address;
use crate::extract::{RawJson, read_body};
use crate::github::{Report, Signed};
use crate::json_fault::describe;
use crate::problem::{Problem, ProblemKind};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lethe_crypto::ApiKey;
use lethe_ops::Leak;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A key that lies in the open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeakedKey {
    /// The key itself: whoever has it may end it.
    key: String,
}

/// What became of one finding of GitHub's.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token_hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "token_type": "lethe_api_key", "label": "true_positive"
}))]
pub(crate) struct Feedback {
    /// SHA-256 of the key, hexadecimal.
    token_hash: String,
    /// The type that GitHub gave.
    token_type: String,
    /// `true_positive` when it was living and is revoked now, else `false_positive`.
    label: &'static str,
}

/// Revokes a key that leaked.
///
/// Needs no key of its own: possession is proof. Unknown, revoked and just revoked keys get one answer.
/// GitHub's secret scanning may send its findings (a list, with `Github-Public-Key-Identifier` and
/// `Github-Public-Key-Signature`) if the vault has GitHub's public keys; it alone is told which keys were
/// living. Each address may report ten times a minute.
#[utoipa::path(
    post,
    path = "/v1/keys/leaked",
    tag = "keys",
    params(
        ("Github-Public-Key-Identifier" = Option<String>, Header, description = "Which of GitHub's keys signed."),
        ("Github-Public-Key-Signature" = Option<String>, Header, description = "ECDSA P-256 over SHA-256 of the body: DER in base64.")
    ),
    request_body = LeakedKey,
    responses(
        (status = 204, description = "If it was a living key, it is revoked."),
        (status = 200, description = "To GitHub: what became of each.", body = Vec<Feedback>)
    )
)]
pub(crate) async fn report_leaked_key(
    State(app): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let from = address(request.extensions());
    if let Err(wait_s) = app.reports.take(from, app.settings.clock.now_ms()) {
        let detail = "this address reported ten keys within a minute: wait, and report the rest";
        return Err(Problem::new(ProblemKind::TooManyReports, detail).retry_after(wait_s));
    }
    match Signed::of(request.headers()) {
        None => {
            let RawJson(body) = RawJson::from_request(request, &app).await?;
            one(&app, &body).await
        }
        Some(signed) => {
            let body = read_body(request, &app).await?;
            from_github(&app, &signed, &body).await
        }
    }
}

async fn one(app: &Shared, body: &[u8]) -> Result<Response, Problem> {
    let leaked: LeakedKey = serde_json::from_slice(body)
        .map_err(|error| Problem::new(ProblemKind::InvalidJson, describe(&error)))?;
    let key =
        ApiKey::parse(&leaked.key).map_err(|error| Problem::invalid("key", &error.to_string()))?;
    app.run(move |vault| vault.report_leaked(&key, Leak::Reported))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn from_github(app: &Shared, signed: &Signed, body: &[u8]) -> Result<Response, Problem> {
    let keys = app.settings.github_keys.as_deref();
    if !keys.is_some_and(|keys| keys.verifies(signed, body)) {
        let detail = "the signature is not one of GitHub's, as far as this vault knows its keys; nothing was \
                      revoked: a key is revoked without a signature when it is sent as {\"key\": …}";
        let cause =
            "a report of GitHub's secret scanning does not verify: is github-keys.json of today?";
        return Err(
            Problem::new(ProblemKind::SignatureInvalid, detail).with_cause(cause.to_owned())
        );
    }
    let reports: Vec<Report> = serde_json::from_slice(body)
        .map_err(|error| Problem::new(ProblemKind::InvalidJson, describe(&error)))?;
    let feedback = app.run(move |vault| {
        let judge = |report: Report| {
            // What is no key at all is as unknown as an invented one.
            let is_real = match ApiKey::parse(&report.token) {
                Ok(key) => vault.report_leaked(&key, Leak::GitHub)?,
                Err(_) => false,
            };
            Ok(Feedback {
                token_hash: report.token_hash(),
                token_type: report.kind,
                label: if is_real {
                    "true_positive"
                } else {
                    "false_positive"
                },
            })
        };
        reports
            .into_iter()
            .map(judge)
            .collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(feedback.await?).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, TestServer};
    use crate::{GithubKeys, Settings};
    use axum::body::Body;
    use axum::http::{Method, Request, header};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use lethe_model::Power;
    use p256::ecdsa::signature::Signer;
    use p256::ecdsa::{DerSignature, SigningKey};
    use p256::pkcs8::{EncodePublicKey as _, LineEnding};
    use serde_json::json;
    use std::sync::Arc;

    fn signer() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn knows_github(settings: &mut Settings) {
        let key = p256::PublicKey::from(signer().verifying_key());
        let key = key.to_public_key_pem(LineEnding::LF).unwrap();
        let text = json!({ "public_keys": [
            { "key_identifier": "one", "key": key, "is_current": true }
        ]});
        settings.github_keys = Some(Arc::new(GithubKeys::parse(&text.to_string()).unwrap()));
    }

    async fn report(server: &TestServer, body: &str, signed: &str) -> Answer {
        let signature: DerSignature = signer().sign(signed.as_bytes());
        let request = Request::builder()
            .method(Method::POST)
            .uri("/v1/keys/leaked")
            .header(header::CONTENT_TYPE, "application/json")
            .header("Github-Public-Key-Identifier", "one")
            .header(
                "Github-Public-Key-Signature",
                STANDARD.encode(signature.as_bytes()),
            );
        server.send(request, Body::from(body.to_owned())).await
    }

    #[tokio::test]
    async fn whoever_has_a_key_ends_it_and_nobody_learns_which_keys_there_are() {
        let server = TestServer::start();
        let (auditor, victim) = (server.key(&[Power::Audit]), server.key(&[Power::List]));
        let unknown = lethe_crypto::ApiKey::generate(&lethe_testkit::SeededRandom::new(99));
        for key in [victim.secret.as_str(), &victim.secret, unknown.expose()] {
            let answer = server
                .post("/v1/keys/leaked", None, json!({ "key": key }))
                .await;
            assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        }
        let refused = server.get("/v1/orders", Some(&victim)).await;
        assert_eq!(refused.problem(), "key-invalid");
        let alerts = server.get("/v1/alerts", Some(&auditor)).await.ok().json();
        assert_eq!(alerts["alerts"][0]["kind"], "key-leaked");
        assert_eq!(alerts["alerts"][0]["times"], 1);
        assert!(!alerts.to_string().contains("lethe_sk_"));
        let log = server
            .get("/v1/log/entries?limit=3", Some(&auditor))
            .await
            .ok();
        assert!(log.text().contains("key-revoke"), "{}", log.text());
    }

    #[tokio::test]
    async fn what_is_no_key_is_refused_without_an_echo() {
        let server = TestServer::start();
        for body in [
            json!({ "key": "marked-Ana@example.com" }),
            json!({}),
            json!(["x"]),
        ] {
            let answer = server.post("/v1/keys/leaked", None, body).await;
            assert!(answer.status.is_client_error());
            answer.problem();
        }
    }

    #[tokio::test]
    async fn an_address_may_report_ten_times_a_minute() {
        let server = TestServer::start();
        let body = || json!({ "key": "lethe_sk_" });
        for _ in 0..10 {
            let answer = server.post("/v1/keys/leaked", None, body()).await;
            assert_eq!(answer.problem(), "invalid-input");
        }
        let answer = server.post("/v1/keys/leaked", None, body()).await;
        assert_eq!(answer.problem(), "too-many-reports");
        assert_eq!(answer.header("retry-after"), "6");
        server.clock.advance_hours(1);
        let answer = server.post("/v1/keys/leaked", None, body()).await;
        assert_eq!(answer.problem(), "invalid-input");
    }

    #[tokio::test]
    async fn github_is_told_which_keys_were_living() {
        let server = TestServer::start_with(knows_github);
        let (victim, dead) = (server.key(&[Power::List]), server.key(&[Power::List]));
        server
            .vault
            .revoke_credential(&server.operator(), &dead.id)
            .unwrap();
        let tokens = [victim.secret.as_str(), &dead.secret, "some_token"];
        let body: Vec<_> = tokens
            .iter()
            .map(|token| json!({ "token": token, "type": "lethe_api_key", "url": "", "source": "commit" }))
            .collect();
        let body = json!(body).to_string();
        let answer = report(&server, &body, &body).await.ok();
        let labels: Vec<_> = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["label"].clone())
            .collect();
        assert_eq!(
            labels,
            ["true_positive", "false_positive", "false_positive"]
        );
        assert!(!answer.text().contains("lethe_sk_"));
        let refused = server.get("/v1/orders", Some(&victim)).await;
        assert_eq!(refused.problem(), "key-invalid");
    }

    #[tokio::test]
    async fn a_report_that_github_did_not_sign_revokes_nothing() {
        let other = json!([]).to_string();
        let unconfigured = TestServer::start();
        let server = TestServer::start_with(knows_github);
        for server in [&unconfigured, &server] {
            let victim = server.key(&[Power::List]);
            let body =
                json!([{ "token": victim.secret, "type": "t", "url": "", "source": "commit" }]);
            let answer = report(server, &body.to_string(), &other).await;
            assert_eq!(answer.problem(), "signature-invalid");
            server.get("/v1/orders", Some(&victim)).await.ok();
        }
    }
}
