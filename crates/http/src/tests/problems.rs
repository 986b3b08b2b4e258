//! Problem documents, as callers see them.

use crate::testing::TestServer;
use axum::body::Body;
use axum::http::{Method, Request, header};
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota};
use serde_json::json;

#[tokio::test]
async fn a_missing_key_is_explained() {
    let server = TestServer::start();
    let answer = server.get("/v1/orders", None).await;
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "code": "key-missing",
      "detail": "send your API key as `Authorization: Bearer lethe_sk_…`",
      "status": 401,
      "title": "An API key is needed",
      "type": "/docs/problems#key-missing"
    }
    "#);
}

#[tokio::test]
async fn a_web_page_is_turned_away_before_its_key_is_looked_at() {
    let server = TestServer::start();
    let key = server.key(&Power::ALL);
    for (name, value) in [("origin", "null"), ("sec-fetch-mode", "cors")] {
        let request = Request::builder()
            .uri("/v1/orders")
            .header(name, value)
            .header(header::AUTHORIZATION, format!("Bearer {}", key.secret));
        let answer = server.send(request, Body::empty()).await;
        assert_eq!(answer.problem(), "browser-request");
    }
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/reveal")
        .header("origin", "https://shop.example");
    let answer = server.send(preflight, Body::empty()).await;
    assert_eq!(answer.problem(), "browser-request");
    assert!(
        answer
            .headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control"))
    );
    let page = Request::builder()
        .uri("/docs")
        .header("sec-fetch-mode", "navigate");
    server.send(page, Body::empty()).await.ok();
}

#[tokio::test]
async fn a_field_outside_the_grant_is_named() {
    let server = TestServer::start();
    let key = server.key_with(Grant {
        fields: FieldSet::parse(["delivery.city"]).unwrap(),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal].into_iter().collect(),
        quota: Quota::people_per_day(1),
        expires_at_ms: Some(server.clock.in_days(1)),
        owner: Some("ada".to_owned()),
        ..Grant::default()
    });
    let (order, _) = server.tokens(&key);
    let body = json!({ "token": order, "fields": ["delivery.city", "contact.email"], "purpose": "support" });
    let answer = server.post("/v1/reveal", Some(&key), body).await;
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "code": "field-not-granted",
      "detail": "this key may not read `contact.email`",
      "status": 403,
      "title": "The key may not read this field",
      "type": "/docs/problems#field-not-granted"
    }
    "#);
}

#[tokio::test]
async fn a_used_up_quota_says_when_to_come_back() {
    let server = TestServer::start();
    let key = server.key_with(Grant {
        fields: FieldSet::parse(["contact.email"]).unwrap(),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal].into_iter().collect(),
        quota: Quota::people_per_day(1),
        expires_at_ms: Some(server.clock.in_days(30)),
        owner: Some("ada".to_owned()),
        ..Grant::default()
    });
    let guess = |email: &str| json!({ "email": email, "purpose": "support" });
    server
        .post("/v1/find", Some(&key), guess("a@example.com"))
        .await
        .ok();
    server.clock.advance_hours(23);
    let answer = server
        .post("/v1/find", Some(&key), guess("b@example.com"))
        .await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.problem(), "quota-exhausted");
    assert_eq!(answer.header("retry-after"), "4200");
    server.clock.advance_hours(2);
    server
        .post("/v1/find", Some(&key), guess("c@example.com"))
        .await
        .ok();
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_too() {
    let server = TestServer::start();
    assert_eq!(
        server.get("/v2/orders", None).await.problem(),
        "unknown-route"
    );
    assert_eq!(
        server.get("/v1/orders/", None).await.problem(),
        "unknown-route"
    );
    let answer = server
        .call(Method::PUT, "/v1/orders", None, Some(json!({})))
        .await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.status, 405);
    assert!(
        answer.header("allow").contains("POST"),
        "{}",
        answer.header("allow")
    );
}

#[tokio::test]
async fn wrong_json_is_located_and_not_quoted() {
    let server = TestServer::start();
    let key = server.key(&[Power::Reveal]);
    let body = json!({ "token": "marked-Ana@example.com", "fields": "contact.email", "purpose": "support" });
    let answer = server.post("/v1/reveal", Some(&key), body).await;
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "code": "invalid-json",
      "detail": "a value is not of the right kind; expected a sequence (line 1, column 25)",
      "status": 400,
      "title": "The body is not the expected JSON",
      "type": "/docs/problems#invalid-json"
    }
    "#);
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let server = TestServer::start();
    let key = server.key(&[Power::Reveal]);
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/reveal")
        .header(header::AUTHORIZATION, format!("bearer {}", key.secret))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = server.send(request, Body::from("token=a")).await;
    assert_eq!(answer.problem(), "unsupported-media-type");
}

#[tokio::test]
async fn nothing_of_a_stranger_is_parsed() {
    let server = TestServer::start();
    let answer = server
        .post("/v1/reveal", None, json!({ "not": "a reveal" }))
        .await;
    assert_eq!(answer.problem(), "key-missing");
}
