//! `DELETE /v1/subjects/{token}`: asks for an erasure (GDPR Art. 17).

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use crate::routes::erasures::Erasure;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

/// Asks for the erasure of a person. It waits before anything is destroyed.
///
/// Needs the power `erase`. The erasure is carried out by itself from `not_before` on, or earlier
/// when the operator confirms it; until then it can be taken back, and everything stays readable. So
/// a forged request destroys nothing at once. The same request twice is one. What a statutory
/// minimum keeps moves to the archive then, cut loose from the person. Above the policy's daily
/// number of requests the answer is `above-cap`.
#[utoipa::path(
    delete,
    path = "/v1/subjects/{token}",
    tag = "forgetting",
    params(("token" = String, Path, description = "The subject's token (`sub_…`), or an order's of theirs.")),
    responses((status = 202, description = "The erasure that waits.", body = Erasure)),
    security(("api_key" = []))
)]
pub(crate) async fn erase_subject(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<(StatusCode, Json<Erasure>), Problem> {
    let request = app.run(move |vault| vault.request_erasure(&credential, &token));
    Ok((StatusCode::ACCEPTED, Json(request.await?.into())))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_request_destroys_nothing_and_the_same_request_twice_is_one() {
        let server = TestServer::start();
        let key = server.key(&Power::ALL);
        let (order, subject) = server.tokens(&key);
        let path = format!("/v1/subjects/{subject}");
        let first = server.delete(&path, Some(&key)).await;
        assert_eq!(first.status, 202);
        let first = first.json();
        assert_eq!(first["state"], "waiting");
        assert_eq!(first["not_before"], "2026-01-17T12:00:00Z");
        let second = server.delete(&path, Some(&key)).await.ok().json();
        assert_eq!(second["id"], first["id"]);
        let order = format!("/v1/orders/{order}");
        server.get(&order, Some(&key)).await.ok();
    }

    #[tokio::test]
    async fn once_the_operator_confirms_the_person_is_gone_for_every_route() {
        let server = TestServer::start();
        server.make_archive_keys();
        let key = server.key(&Power::ALL);
        let (order, subject) = server.tokens(&key);
        let path = format!("/v1/subjects/{subject}");
        let waiting = server.delete(&path, Some(&key)).await.ok().json();
        let id = waiting["id"].as_str().unwrap();
        server
            .vault
            .confirm_erasure(&server.operator(), id)
            .unwrap();
        let reveal = json!({ "token": order, "fields": ["contact.email"], "purpose": "support" });
        let revealed = server.post("/v1/reveal", Some(&key), reveal).await;
        assert_eq!(revealed.problem(), "not-found");
        assert_eq!(
            server.delete(&path, Some(&key)).await.problem(),
            "not-found"
        );
        let order = format!("/v1/orders/{order}");
        assert_eq!(server.get(&order, Some(&key)).await.problem(), "not-found");
        let find = json!({ "email": "marked-Ana@example.com", "purpose": "support" });
        let found = server.post("/v1/find", Some(&key), find).await.ok().json();
        assert_eq!(found["subjects"], json!([]));
    }

    #[tokio::test]
    async fn more_requests_than_a_day_allows_are_told_to_come_back_tomorrow() {
        let server = TestServer::start();
        let key = server.key(&Power::ALL);
        let policy = server.vault.policy();
        let at_most = policy.safety().erasures_per_day_at_most;
        let orders: Vec<_> = (0..=at_most)
            .map(|number| {
                json!({
                    "id": 8_000_000_000_000_u64 + u64::from(number), "name": format!("#{}", 5000 + number),
                    "created_at": "2026-01-06T10:00:00Z", "currency": "EUR", "total_price": "10.00",
                    "email": format!("somebody{number}@example.com")
                })
            })
            .collect();
        let taken = server
            .post("/v1/orders", Some(&key), json!({ "orders": orders }))
            .await
            .ok()
            .json();
        let orders = taken["orders"].as_array().unwrap();
        let (last, first) = orders.split_last().unwrap();
        for one in first {
            let path = format!("/v1/subjects/{}", one["token"].as_str().unwrap());
            server.delete(&path, Some(&key)).await.ok();
        }
        let path = format!("/v1/subjects/{}", last["token"].as_str().unwrap());
        let answer = server.delete(&path, Some(&key)).await;
        assert_eq!(answer.problem(), "above-cap");
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), "86400");
    }
}
