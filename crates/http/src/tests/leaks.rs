//! No personal value and no token in what is not an answer to its holder. The harness searches
//! every answer for marked values; here they are sent on purpose.

use crate::testing::{DOCUMENT_TEXT, TestServer};
use axum::body::Body;
use axum::http::{Request, header};
use lethe_model::Power;
use serde_json::json;

/// A value of the test shop, marked: finding it anywhere fails the test.
const EMAIL: &str = "marked-Ana@example.com";

#[tokio::test]
async fn no_refusal_repeats_what_was_sent() {
    let server = TestServer::start();
    let key = server.key(&Power::ALL);
    let (order, _) = server.tokens(&key);
    let bodies = [
        json!({ "email": [EMAIL], "purpose": "support" }),
        json!({ "email": EMAIL, "purpose": EMAIL }),
        json!({ "email": EMAIL }),
        json!({ "phone": EMAIL, "purpose": "support" }),
        json!({ "email": EMAIL, "order": EMAIL, "purpose": "support" }),
        json!({ EMAIL: "support" }),
        json!(EMAIL),
        json!({ "token": EMAIL, "fields": [EMAIL], "purpose": "support" }),
        json!({ "token": EMAIL, "fields": ["contact.email"], "purpose": "support" }),
        json!({ "token": EMAIL, "fields": ["contact.email"], "purpose": EMAIL }),
        json!({ "recipient": EMAIL, "powers": [EMAIL], "expires_at_ms": 0 }),
        json!({ "recipient": EMAIL, "powers": ["list"], "expires_at_ms": 0 }),
        json!({ "recipient": "a", "powers": ["list"], "expires_at_ms": EMAIL }),
        json!({ "orders": [{ "name": 1, "email": { "a": EMAIL }, "created_at": EMAIL }] }),
        json!({ "tokens": [EMAIL], "matter": EMAIL, "ground": EMAIL, "review_on": EMAIL }),
        json!({ "tokens": [EMAIL], "matter": "1", "ground": "legal-claims", "review_on": EMAIL }),
        json!({
            "archived": [EMAIL], "categories": [EMAIL], "matter": "1", "ground": "legal-claims",
            "review_on": "2026-09-01"
        }),
        json!({
            "archived": [EMAIL], "matter": "1", "ground": "legal-claims", "review_on": "2026-09-01"
        }),
        json!({ "orders": [EMAIL], "purpose": "legal", "reason": "case 1" }),
        json!({ "orders": [EMAIL], "purpose": "legal", "reason": EMAIL }),
        json!({
            "filter": { "country": EMAIL, "state": EMAIL, "sku": EMAIL }, "fields": ["contact.name"],
            "purpose": "support", "recipient": EMAIL, "reason": "case 1", "canary_domain": EMAIL
        }),
        json!({
            "filter": { "ordered_from": EMAIL }, "fields": [EMAIL], "purpose": EMAIL,
            "recipient": EMAIL, "reason": EMAIL
        }),
        json!({ "key": EMAIL, "people": 1, "reason": "case 1" }),
        json!({ "key": EMAIL, "fields": [EMAIL], "purposes": [EMAIL], "people": 1, "reason": EMAIL }),
        json!({ "finding": EMAIL }),
        json!({ "reason": EMAIL, "powers": [EMAIL] }),
        json!({ "holder": EMAIL, "evidence": EMAIL }),
        json!({ "kind": EMAIL, "on": EMAIL }),
        json!({ "kind": "return", "reference": EMAIL, "on": "2026-01-10" }),
        json!({ "sha256": EMAIL }),
        json!([EMAIL, { "id": 1, "currency": EMAIL, "total_price": EMAIL }]),
    ];
    let events = format!("/v1/orders/{order}/events");
    let paths = [
        "/v1/find",
        "/v1/reveal",
        "/v1/keys",
        "/v1/orders",
        "/v1/legal-holds",
        "/v1/archive/requests",
        "/v1/exports",
        "/v1/break-glass",
        "/v1/break-glass/glass_none/review",
        "/v1/keys/key_none/widen",
        "/v1/erasures/era_none/holders",
        "/v1/proposals/prop_none/approve",
        "/v1/login",
        "/v1/me/password",
        &events,
    ];
    for body in bodies {
        for path in paths {
            let answer = server.post(path, Some(&key), body.clone()).await;
            assert!(
                answer.status.is_client_error(),
                "{path} {body} {}",
                answer.text()
            );
            answer.problem();
        }
    }
}

#[tokio::test]
async fn a_document_and_its_name_are_in_no_answer_but_their_own() {
    let server = TestServer::start();
    let key = server.key(&Power::ALL);
    let (order, _) = server.tokens(&key);
    let bytes = format!("%PDF-1.7\n{DOCUMENT_TEXT}");
    let added = server
        .add_document(&key, &order, bytes.as_bytes())
        .await
        .ok();
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let refused = server
        .add_document(&key, &order, DOCUMENT_TEXT.as_bytes())
        .await;
    assert_eq!(refused.problem(), "invalid-input");
    let own = format!("/v1/orders/{order}/documents/{id}?purpose=support");
    let answer = server.get(&own, Some(&key)).await.ok();
    assert_eq!(answer.body, bytes.as_bytes());
    for path in [
        format!("/v1/orders/{order}/documents/{id}?purpose=legal"),
        format!("/v1/orders/{order}/documents/{id}?purpose=marked-Ana@example.com"),
        format!("/v1/orders/{order}/documents/marked-Ana@example.com?purpose=support"),
        "/v1/orders/marked-Ana@example.com/documents?purpose=support".to_owned(),
    ] {
        server.get(&path, Some(&key)).await.problem();
    }
    for path in ["/v1/orders", "/v1/log/entries", "/metrics", "/v1/status"] {
        server.get(path, Some(&key)).await.ok();
    }
}

#[tokio::test]
async fn no_path_query_or_header_is_repeated() {
    let server = TestServer::start();
    let key = server.key(&Power::ALL);
    let paths = [
        "/v1/orders/marked-Ana@example.com",
        "/v1/subjects/marked-Ana@example.com",
        "/v1/orders/%FFmarked-Ana@example.com",
        "/v1/orders?cursor=marked-Ana@example.com",
        "/v1/orders?limit=marked-Ana@example.com",
        "/v1/orders?marked-Ana@example.com=1",
        "/v1/orders/marked-Ana@example.com/retention",
        "/v1/retention/runs/marked-Ana@example.com/record",
        "/v1/retention/runs/run_1/record?format=marked-Ana@example.com",
        "/v1/erasures?complete=marked-Ana@example.com",
        "/v1/log/entries?subject=marked-Ana@example.com",
        "/v1/log/entries/marked-Ana@example.com/proof",
        "/v1/log/tile/marked-Ana@example.com",
        "/v1/log/consistency?from=marked-Ana@example.com",
        "/marked-Ana@example.com",
    ];
    for path in paths {
        let answer = server.get(path, Some(&key)).await;
        assert!(answer.status.is_client_error(), "{path}");
        answer.problem();
    }
    let request = Request::builder()
        .uri("/v1/orders")
        .header(header::AUTHORIZATION, format!("Bearer {EMAIL}"));
    assert_eq!(
        server.send(request, Body::empty()).await.problem(),
        "key-malformed"
    );
    let text = server.get("/metrics", None).await.ok();
    assert!(!text.text().contains("marked"));
}

#[tokio::test]
async fn metrics_name_routes_and_reasons_but_no_token_key_or_value() {
    let server = TestServer::start();
    let key = server.key(&[Power::Reveal, Power::List]);
    let (order, subject) = server.tokens(&key);
    server
        .get(&format!("/v1/orders/{order}"), Some(&key))
        .await
        .ok();
    let mut reveal = json!({ "token": order, "fields": ["contact.email"], "purpose": "support" });
    server
        .post("/v1/reveal", Some(&key), reveal.clone())
        .await
        .ok();
    reveal["purpose"] = "marketing".into();
    server.post("/v1/reveal", Some(&key), reveal).await;
    let answer = server.get("/metrics", None).await.ok();
    let text = answer.text();
    for secret in [&order, &subject, &key.id, &key.secret] {
        assert!(!text.contains(secret.as_str()));
    }
    for line in [
        "lethe_http_requests_total{route=\"/v1/orders/{token}\",method=\"GET\",status=\"200\"} 1",
        "lethe_http_requests_total{route=\"/v1/reveal\",method=\"POST\",status=\"403\"} 1",
        "lethe_http_request_duration_seconds_count{route=\"/v1/reveal\"} 2",
        "lethe_reveals_total{outcome=\"granted\"} 1",
        "lethe_reveals_total{outcome=\"purpose-not-granted\"} 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn everything_but_public_files_and_pages_forbids_storing() {
    let server = TestServer::start();
    let key = server.key(&Power::ALL);
    let (order, subject) = server.tokens(&key);
    let paths = [
        "/v1/orders".to_owned(),
        format!("/v1/orders/{order}"),
        format!("/v1/subjects/{subject}"),
        "/v1/keys".to_owned(),
        "/v1/log/entries".to_owned(),
        "/v1/status".to_owned(),
        "/v1/erasures".to_owned(),
        "/v1/policy".to_owned(),
        "/v1/proposals".to_owned(),
        format!("/v1/retention/runs/{}/record", server.run_retention()),
        "/v1/nothing".to_owned(),
        "/metrics".to_owned(),
    ];
    for path in &paths {
        let answer = server.get(path, Some(&key)).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}
