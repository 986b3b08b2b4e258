//! The caller: whose API key or session came with the request.

use crate::app::Shared;
use crate::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use lethe_crypto::{PresentedKey, SessionKey};
use lethe_ops::{Credential, Refusal, Seat, Session};
use std::net::IpAddr;
use std::sync::Arc;

/// The credential behind `Authorization: Bearer lethe_sk_…` or `lethe_dk_…`, or of the person behind
/// `lethe_ss_…`. Comes before every extractor that reads a body: nothing of a stranger is parsed.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<Credential>);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        match presented(parts)? {
            Presented::Key(key) => {
                let authenticated = app
                    .vault
                    .authenticate_presented(&key, address(&parts.extensions));
                authenticated.map(Self).map_err(|error| app.problem(&error))
            }
            Presented::Session(key) => {
                let session = app.vault.authenticate_session(&key, &seat(parts));
                let session = session.map_err(|error| app.problem(&error))?;
                Ok(Self(session.credential))
            }
        }
    }
}

/// Somebody who logged in; an API key is not enough.
#[derive(Debug, Clone)]
pub(crate) struct Person(pub(crate) Session);

impl FromRequestParts<Shared> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let key = match presented(parts)? {
            Presented::Session(key) => key,
            // A dead key is told so first, like everywhere.
            Presented::Key(key) => {
                let held = app
                    .vault
                    .authenticate_presented(&key, address(&parts.extensions));
                held.map_err(|error| app.problem(&error))?;
                return Err(app.problem(&Refusal::SessionNeeded.into()));
            }
        };
        let session = app.vault.authenticate_session(&key, &seat(parts));
        session.map(Self).map_err(|error| app.problem(&error))
    }
}

enum Presented {
    Key(PresentedKey),
    Session(SessionKey),
}

fn presented(parts: &Parts) -> Result<Presented, Problem> {
    let text = bearer(&parts.headers).ok_or_else(missing)?;
    let malformed = |text: String| Problem::new(ProblemKind::KeyMalformed, text);
    match SessionKey::is_meant(text) {
        true => SessionKey::parse(text)
            .map(Presented::Session)
            .map_err(|error| malformed(error.to_string())),
        false => PresentedKey::parse(text)
            .map(Presented::Key)
            .map_err(|error| malformed(error.to_string())),
    }
}

/// Says where a request comes from, as sessions are bound to it.
pub(crate) fn seat(parts: &Parts) -> Seat {
    let agent = parts.headers.get(USER_AGENT);
    Seat {
        from: address(&parts.extensions),
        agent: agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
    }
}

/// Where a connection comes from; nothing over the Unix socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

/// Returns the address a request came from; `None` over the Unix socket.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Peer>().and_then(|peer| peer.0)
}

/// Returns the token of the bearer scheme, whose name is case-insensitive (RFC 9110 §11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn missing() -> Problem {
    Problem::new(
        ProblemKind::KeyMissing,
        "send your API key as `Authorization: Bearer lethe_sk_…`",
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{TestKey, TestServer};
    use axum::body::Body;
    use axum::http::{Method, Request, header};
    use lethe_crypto::{ApiKey, DerivedKey};
    use lethe_model::{Caveat, Power};
    use serde_json::json;

    fn derive(parent: &TestKey, caveat: Caveat) -> TestKey {
        let key = ApiKey::parse(&parent.secret).unwrap();
        let key = DerivedKey::derive(&key, &[caveat]).unwrap();
        TestKey {
            id: parent.id.clone(),
            secret: key.expose().to_owned(),
            credential: parent.credential.clone(),
        }
    }

    #[tokio::test]
    async fn a_derived_key_for_one_order_is_refused_everywhere_else() {
        let server = TestServer::start();
        let parent = server.key(&[Power::Reveal, Power::List]);
        let (order, subject) = server.tokens(&parent);
        let key = derive(&parent, Caveat::Orders(vec![order.clone()]));
        let body = json!({ "token": order, "fields": ["delivery.city"], "purpose": "support" });
        server.post("/v1/reveal", Some(&key), body).await.ok();
        let path = format!("/v1/orders/{order}");
        server.get(&path, Some(&key)).await.ok();
        let look = json!({ "order": "#1002", "purpose": "support" });
        let subject = format!("/v1/subjects/{subject}");
        for refused in [
            server.post("/v1/find", Some(&key), look).await,
            server.get("/v1/orders", Some(&key)).await,
            server.get(&subject, Some(&key)).await,
            server.get("/v1/status", Some(&key)).await,
        ] {
            assert_eq!(refused.problem(), "order-not-granted");
        }
    }

    #[tokio::test]
    async fn a_derived_key_is_told_when_its_own_hour_is_over_and_nothing_when_it_was_altered() {
        let server = TestServer::start();
        let parent = server.key(&[Power::List]);
        let hour = derive(
            &parent,
            Caveat::Expires(server.clock.in_days(0) + 3_600_000),
        );
        server.get("/v1/orders", Some(&hour)).await.ok();
        server.clock.advance_hours(1);
        let late = server.get("/v1/orders", Some(&hour)).await;
        assert_eq!(late.problem(), "key-expired");
        let mut cut = derive(&parent, Caveat::RequestsPerSecond(1));
        cut.secret.truncate(cut.secret.len() - 1);
        let cut = server.get("/v1/orders", Some(&cut)).await;
        assert_eq!(cut.problem(), "key-malformed");
    }

    #[tokio::test]
    async fn a_derived_key_from_a_web_page_puts_its_parent_in_quarantine() {
        let server = TestServer::start();
        let parent = server.key(&[Power::List]);
        let key = derive(&parent, Caveat::Label("page".to_owned()));
        let request = Request::builder()
            .method(Method::GET)
            .uri("/v1/orders")
            .header(header::ORIGIN, "https://shop.example")
            .header(header::AUTHORIZATION, format!("Bearer {}", key.secret));
        let refused = server.send(request, Body::empty()).await;
        assert_eq!(refused.problem(), "browser-request");
        let parent = server.get("/v1/orders", Some(&parent)).await;
        assert_eq!(parent.problem(), "key-quarantined");
    }
}
