//! Bounds: body sizes, requests at once, patience.

use crate::testing::TestServer;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, header};
use lethe_model::Power;
use serde_json::json;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

#[tokio::test]
async fn a_body_over_the_bound_is_refused_with_and_without_a_declared_length() {
    let server = TestServer::start_with(|settings| settings.orders_bytes_max = 100_000);
    let key = server.key(&Power::ALL);
    let long = "x".repeat(70_000);
    let answer = server
        .post("/v1/find", Some(&key), json!({ "email": long }))
        .await;
    assert_eq!(answer.problem(), "body-too-large");
    let answer = server
        .post(
            "/v1/orders",
            Some(&key),
            json!({ "order": { "note": long } }),
        )
        .await;
    assert_ne!(answer.problem(), "body-too-large", "orders may be longer");
    let answer = server
        .post("/v1/orders", Some(&key), json!([&long, &long]))
        .await;
    assert_eq!(answer.problem(), "body-too-large");
}

/// A body that never ends and never comes.
struct Silence;

impl axum::body::HttpBody for Silence {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let server =
        TestServer::start_with(|settings| settings.body_timeout = Duration::from_millis(20));
    let key = server.key(&[Power::Reveal]);
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/reveal")
        .header(header::AUTHORIZATION, format!("Bearer {}", key.secret))
        .header(header::CONTENT_TYPE, "application/json");
    let answer = server.send(request, Body::new(Silence)).await;
    assert_eq!(answer.problem(), "request-timeout");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_all_the_same() {
    let server =
        TestServer::start_with(|settings| settings.request_timeout = Duration::from_millis(20));
    let key = server.key(&[Power::Reveal]);
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/reveal")
        .header(header::AUTHORIZATION, format!("Bearer {}", key.secret))
        .header(header::CONTENT_TYPE, "application/json");
    let answer = server.send(request, Body::new(Silence)).await;
    assert_eq!(answer.problem(), "vault-timeout");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn more_requests_than_the_bound_are_told_to_come_back() {
    let server = TestServer::start_with(|settings| settings.requests_max = 0);
    let answer = server.get("/health", None).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.problem(), "busy");
    assert_eq!(answer.header("retry-after"), "1");
}
