//! Who may do what: every operation of the OpenAPI document, for every kind of caller.

mod table;

use crate::openapi_json;
use crate::testing::{Answer, TestKey, TestServer};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use lethe_model::Power;
use lethe_testkit::{OrderSketch, SeededRandom, orders_csv};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use table::{Needs, TABLE};

struct Case {
    server: TestServer,
    order: String,
    subject: String,
    /// What stands for `{id}` in a path.
    id: String,
    /// The hash of a proposal that may be approved.
    sha256: String,
}

impl Case {
    fn new() -> Self {
        let server = TestServer::start();
        let victim = server.key(&[Power::List]);
        let (order, subject) = server.tokens(&victim);
        Self {
            server,
            order,
            subject,
            id: victim.id,
            sha256: "00".repeat(32),
        }
    }

    /// The same with whatever a good request to this path is about.
    async fn about(template: &str) -> Self {
        let mut case = Self::new();
        let server = &case.server;
        let asker = server.key(&[Power::Erase]);
        match template {
            "/v1/erasures/{id}" | "/v1/erasures/{id}/cancel" => {
                case.id = server.ask_to_erase(&asker).await;
            }
            "/v1/erasures/{id}/holders" | "/v1/archive/requests" => {
                server.make_archive_keys();
                case.id = server.erase_with_holder(&asker, "newsletter").await;
            }
            "/v1/orders/{token}/documents" | "/v1/orders/{token}/documents/{id}" => {
                let writer = server.key(&[Power::Intake]);
                let added = server.add_document(&writer, &case.order, b"%PDF-1.4").await;
                case.id = added.json()["id"].as_str().unwrap().to_owned();
            }
            "/v1/retention/runs/{id}/record" => case.id = server.run_retention(),
            "/v1/legal-holds/{id}/release" => case.id = server.place_hold(),
            "/v1/break-glass" => case.id = server.key(&[Power::Reveal]).id,
            "/v1/break-glass/{id}/review" => case.id = server.break_glass(),
            "/v1/canaries/remove" => {
                server.make_archive_keys();
                case.id = server.plant_canary();
            }
            "/v1/vendor-keys/{id}" => case.id = server.add_vendor_key(),
            "/v1/proposals/{id}/approve" => (case.id, case.sha256) = server.propose(),
            _ => (),
        }
        case
    }

    /// Sends the operation with a good request.
    async fn call(&self, method: &str, template: &str, key: Option<&TestKey>) -> Answer {
        let token = if template.contains("subjects") {
            &self.subject
        } else {
            &self.order
        };
        let mut path = template
            .replace("{token}", token)
            .replace("{id}", &self.id)
            .replace("{index}", "0")
            .replace("{path}", "0/000.p/1");
        if template == "/v1/log/consistency" {
            path.push_str("?from=1");
        }
        if template.ends_with("/documents") && method == "post" {
            return self.hand_in(&path, key).await;
        }
        if template.contains("/documents") {
            path.push_str("?purpose=support");
        }
        let method: Method = method.to_uppercase().parse().unwrap();
        let has_body = method == Method::POST || method == Method::PUT;
        let body = has_body.then(|| self.body(template));
        self.server.call(method, &path, key, body).await
    }

    async fn hand_in(&self, path: &str, key: Option<&TestKey>) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/pdf");
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", key.secret));
        }
        let body = Body::from(&b"%PDF-1.7"[..]);
        self.server.send(request, body).await
    }

    fn body(&self, template: &str) -> Value {
        let expires_at_ms = self.server.clock.in_days(30);
        match template {
            "/v1/find" => json!({ "order": "#1001", "purpose": "support" }),
            "/v1/reveal" => json!({
                "token": self.order, "fields": ["delivery.city"], "purpose": "support"
            }),
            "/v1/orders" => json!({ "order": {
                "id": 7_000_000_000_001_u64, "name": "#2001", "created_at": "2026-01-06T10:00:00Z",
                "currency": "EUR", "total_price": "10.00"
            }}),
            "/v1/erasures/{id}/holders" => json!({
                "holder": "newsletter", "evidence": "ticket 4711"
            }),
            // These two take no body.
            "/v1/erasures/{id}/cancel"
            | "/v1/legal-holds/{id}/release"
            | "/v1/keys/{id}/quarantine"
            | "/v1/keys/{id}/release" => json!({}),
            "/v1/orders/{token}/events" => json!({ "kind": "delivered", "on": "2026-01-10" }),
            "/v1/legal-holds" => json!({
                "tokens": [self.order], "matter": "2026/0042", "ground": "legal-claims",
                "review_on": "2026-09-01"
            }),
            "/v1/proposals/{id}/approve" => json!({ "sha256": self.sha256 }),
            "/v1/archive/requests" => json!({
                "orders": ["#1001"], "purpose": "legal", "reason": "case 2026/0042"
            }),
            "/v1/break-glass" => json!({ "key": self.id, "people": 5, "reason": "recall 7" }),
            "/v1/break-glass/{id}/review" => json!({ "finding": "all well, case 7" }),
            "/v1/exports" => self.server.export_request(),
            "/v1/canaries" => json!({
                "recipient": self.server.recipient_of(&self.id),
                "orders": orders_csv(&[OrderSketch::new(7002, "canary").shipped("2026-01-05")])
            }),
            "/v1/canaries/remove" => json!({ "canaries": [self.id], "reason": "case 1" }),
            "/v1/keys/{id}/narrow" => json!({ "to_use": true }),
            // No wider than a key with the power `keys` alone.
            "/v1/keys" => json!({
                "recipient": "new", "owner": "ada", "powers": ["keys"], "expires_at_ms": expires_at_ms
            }),
            "/v1/keys/{id}/revoke-derived" => json!({ "fingerprint": "dk_0123456789abcdef" }),
            "/v1/keys/{id}/widen" => json!({ "reason": "case 1", "powers": ["keys"] }),
            "/v1/keys/leaked" => {
                let unknown = lethe_crypto::ApiKey::generate(&SeededRandom::new(99));
                json!({ "key": unknown.expose() })
            }
            "/v1/vendor-keys" | "/v1/vendor-keys/{id}" => json!({
                "vendor": "Postmark", "kind": "api-key", "label": "order mails"
            }),
            "/v1/keys/{id}/rotate" => json!({ "expires_at_ms": expires_at_ms }),
            "/v1/login" => json!({ "name": "eve", "password": "some words", "code": "000000" }),
            "/v1/logout" => json!({}),
            "/v1/me/password" => json!({ "password": "a", "code": "0", "new_password": "b" }),
            other => panic!("no body for {other}"),
        }
    }
}

#[test]
fn the_table_names_every_operation_of_the_document_and_no_other() {
    let server = TestServer::start();
    let document: Value = serde_json::from_str(&openapi_json(&server.settings)).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            documented.insert((method.clone(), path.clone()));
            let has_security = operation["security"].is_array();
            let row = TABLE.iter().find(|row| row.0 == method && row.1 == path);
            assert_eq!(
                row.map(|row| row.2 != Needs::Nothing),
                Some(has_security),
                "{path}"
            );
        }
    }
    let listed = TABLE.iter().map(|row| (row.0.to_owned(), row.1.to_owned()));
    assert_eq!(listed.collect::<BTreeSet<_>>(), documented);
}

#[tokio::test]
async fn strangers_and_revoked_keys_are_refused_wherever_a_key_is_needed() {
    let case = Case::new();
    let revoked = case.server.key(&Power::ALL);
    case.server
        .vault
        .revoke_credential(&case.server.operator(), &revoked.id)
        .unwrap();
    for (method, path, needs, status) in TABLE {
        for (key, code) in [(None, "key-missing"), (Some(&revoked), "key-invalid")] {
            let answer = case.call(method, path, key).await;
            if *needs == Needs::Nothing {
                assert_eq!(answer.status.as_u16(), *status, "{method} {path}");
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert_eq!(answer.problem(), code, "{method} {path}");
                assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"lethe\"");
            }
        }
    }
}

#[tokio::test]
async fn keys_without_the_power_are_refused() {
    let case = Case::new();
    for (method, path, needs, _) in TABLE {
        // What needs nothing, or any power, is refused to no key.
        for powers in needs.too_little().iter().filter(|all| !all.is_empty()) {
            let key = case.server.key(powers);
            let answer = case.call(method, path, Some(&key)).await;
            assert_eq!(
                answer.status,
                StatusCode::FORBIDDEN,
                "{method} {path} {}",
                answer.text()
            );
            assert_eq!(answer.problem(), "power-not-granted", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn keys_with_the_power_are_served() {
    for (method, path, needs, status) in TABLE {
        for mut powers in needs.enough() {
            let case = Case::about(path).await;
            // Rotation hands out the old key's grant, which must not be wider than the maker's.
            if path.ends_with("rotate") || path.ends_with("widen") {
                powers.push(Power::List);
            }
            let key = case.server.key(&powers);
            let answer = case.call(method, path, Some(&key)).await;
            assert_eq!(
                answer.status.as_u16(),
                *status,
                "{method} {path} {powers:?}: {}",
                answer.text()
            );
        }
    }
}
