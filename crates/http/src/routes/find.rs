//! `POST /v1/find`: whose e-mail address, phone number or order is it?

use crate::answer::Logged;
use crate::app::{App, Shared};
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::routes::fields::parse_purpose;
use axum::extract::State;
use lethe_ops::{FindQuery, Found, FoundSubject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom to look for, and why: one of `email`, `phone` and `order`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "somebody@example.com", "purpose": "support" }))]
pub(crate) struct FindRequest {
    /// An e-mail address; upper and lower case are the same.
    email: Option<String>,
    /// A phone number, international (`+33…`) or national with `country`.
    phone: Option<String>,
    /// The country of a national phone number, ISO 3166-1 alpha-2.
    country: Option<String>,
    /// An order's number as people write it, for example `#1001`.
    order: Option<String>,
    /// One of the purposes of `GET /v1/fields`.
    purpose: String,
}

/// Whom a look-up hit. Nobody found is an empty list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "subjects": [{ "subject": "sub_8Zr2…", "order": null }], "log_index": 4712 }))]
pub(crate) struct FindAnswer {
    /// The subjects, as tokens of this key's recipient.
    subjects: Vec<Hit>,
    /// Where the access log holds this look-up.
    log_index: u64,
}

/// One hit.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hit {
    /// The subject's token.
    subject: String,
    /// The order's token, when an order was looked for.
    order: Option<String>,
}

/// Looks somebody up by an exact value.
///
/// A guess is metered like a read, because a hit tells that the person is known: each person found
/// and each guess that hits nobody counts against the daily quota. The value travels in the body,
/// never in the URL.
#[utoipa::path(
    post,
    path = "/v1/find",
    tag = "personal data",
    request_body = FindRequest,
    responses(
        (status = 200, description = "Whom it hit; the list may be empty.", body = FindAnswer,
            headers(("Access-Log-Index" = u64, description = "Where the access log holds this look-up."))),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn find(
    State(app): State<Shared>,
    caller: Caller,
    JsonBody(request): JsonBody<FindRequest>,
) -> Result<Logged<FindAnswer>, Problem> {
    let result = answer(&app, &caller, &request).await;
    app.metrics.finds.count(&result);
    result
}

async fn answer(
    app: &App,
    Caller(credential): &Caller,
    request: &FindRequest,
) -> Result<Logged<FindAnswer>, Problem> {
    let query = request.query(app)?;
    let found = app
        .ask(|vault, reply| vault.find_then(credential, query, reply))
        .await?;
    Ok(Logged {
        log_index: found.log_index,
        body: found.into(),
    })
}

impl FindRequest {
    fn query(&self, app: &App) -> Result<FindQuery, Problem> {
        let purpose = parse_purpose(&self.purpose)?;
        let country = self.country.as_deref();
        let query = match (&self.email, &self.phone, &self.order) {
            (Some(email), None, None) => FindQuery::email(email, purpose),
            (None, Some(phone), None) => FindQuery::phone(phone, country, purpose),
            (None, None, Some(order)) => FindQuery::order(order, purpose),
            _ => {
                let reason = "give exactly one of `email`, `phone` and `order`";
                return Err(Problem::invalid("body", reason));
            }
        };
        query.map_err(|error| app.problem(&error))
    }
}

impl From<Found> for FindAnswer {
    fn from(found: Found) -> Self {
        let hit = |FoundSubject { subject, order }| Hit { subject, order };
        Self {
            subjects: found.subjects.into_iter().map(hit).collect(),
            log_index: found.log_index,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_person_is_found_by_address_number_and_order() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let (order, subject) = server.tokens(&key);
        let queries = [
            json!({ "email": "MARKED-ana@EXAMPLE.com", "purpose": "support" }),
            json!({ "phone": "06 39 98 00 01", "country": "FR", "purpose": "support" }),
            json!({ "order": "#1001", "purpose": "support" }),
        ];
        for query in queries {
            let answer = server
                .post("/v1/find", Some(&key), query.clone())
                .await
                .ok();
            let found = answer.json();
            assert_eq!(
                answer.header("access-log-index"),
                found["log_index"].to_string()
            );
            assert_eq!(found["subjects"][0]["subject"], subject, "{query}");
            let is_by_order = query.get("order").is_some();
            assert_eq!(found["subjects"][0]["order"] == order, is_by_order);
        }
    }

    #[tokio::test]
    async fn nobody_found_is_an_empty_list_that_is_logged() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let query = json!({ "email": "nobody@example.com", "purpose": "support" });
        let answer = server.post("/v1/find", Some(&key), query).await.ok().json();
        assert_eq!(answer["subjects"], json!([]));
        assert!(answer["log_index"].is_u64());
    }

    #[tokio::test]
    async fn exactly_one_value_is_looked_for() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        for query in [
            json!({ "purpose": "support" }),
            json!({ "email": "a@example.com", "order": "#1", "purpose": "support" }),
        ] {
            let answer = server.post("/v1/find", Some(&key), query).await;
            assert_eq!(answer.problem(), "invalid-input");
        }
    }
}
