//! `GET /v1/orders/{token}/retention`: how long what is kept of an order, and why.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use lethe_ops::OrderExplanation;
use serde::Serialize;
use utoipa::ToSchema;

/// What the policy in force does with an order or an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Retention {
    /// The policy's label.
    revision: String,
    /// One explanation per kind of record.
    categories: Vec<CategoryRetention>,
}

/// What becomes of one kind of record.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "category": "delivery", "rule": "delivery", "reference": "GDPR Art. 5(1)(e)",
    "start": { "event": "last-event", "on": "2026-03-04", "is_substitute": false },
    "not_started": null, "kept_until": "2026-06-04", "then": "erase", "archived_fields": [],
    "archive_terms": [], "is_due": false
}))]
pub(crate) struct CategoryRetention {
    /// The kind of record.
    category: String,
    /// The rule that applies; null when none does, and then it is kept for ever.
    rule: Option<String>,
    /// The rule's legal reference.
    reference: Option<String>,
    /// What the active period counts from.
    start: Option<RetentionStart>,
    /// Why the clock has not started.
    not_started: Option<String>,
    /// The last day in the active store.
    #[schema(value_type = Option<String>)]
    kept_until: Option<Date>,
    /// `erase`, `anonymise`, `archive` or `keep`.
    then: String,
    /// The fields that move to the archive.
    archived_fields: Vec<String>,
    /// For how long they stay there, and why.
    archive_terms: Vec<ArchiveTerm>,
    /// Whether the active period is over.
    is_due: bool,
}

/// What an active period counts from.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionStart {
    /// The event that gave the day, for example `last-event`.
    event: &'static str,
    /// The day.
    #[schema(value_type = String)]
    on: Date,
    /// Whether it stands in for an event whose day is not known.
    is_substitute: bool,
}

/// A reason to keep an archived record.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveTerm {
    /// Its name.
    name: String,
    /// The day it counts from.
    #[schema(value_type = String)]
    start: Date,
    /// The last day.
    #[schema(value_type = String)]
    until: Date,
    /// Whether the law demands it: then it goes before a person's request for erasure.
    is_minimum: bool,
    /// The legal reference.
    reference: String,
}

/// Explains which rules apply to an order (or, by a subject's token, to an account), and why.
///
/// Needs the power `list`.
#[utoipa::path(
    get,
    path = "/v1/orders/{token}/retention",
    tag = "forgetting",
    params(("token" = String, Path, description = "The order's token (`ord_…`), or a subject's.")),
    responses((status = 200, description = "The explanation.", body = Retention)),
    security(("api_key" = []))
)]
pub(crate) async fn explain_order(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<Json<Retention>, Problem> {
    let explain = app.run(move |vault| vault.explain(&credential, &token));
    Ok(Json(explain.await?.into()))
}

impl From<OrderExplanation> for Retention {
    fn from(explained: OrderExplanation) -> Self {
        let categories = explained.categories.into_iter().map(|one| {
            let (rule, reference) = one.rule.map(|rule| (rule.name, rule.reference)).unzip();
            let start = one.start.map(|start| RetentionStart {
                event: start.event.name(),
                on: start.day.to_date(),
                is_substitute: start.is_substitute,
            });
            let terms = one.keeps.into_iter().map(|keep| ArchiveTerm {
                name: keep.name,
                start: keep.start.to_date(),
                until: keep.until.to_date(),
                is_minimum: keep.is_minimum,
                reference: keep.reference,
            });
            CategoryRetention {
                category: one.category,
                rule,
                reference,
                start,
                not_started: one.not_started,
                kept_until: one.kept_until,
                then: one.then,
                archived_fields: one.archived_fields,
                archive_terms: terms.collect(),
                is_due: one.is_due,
            }
        });
        Self {
            revision: explained.revision,
            categories: categories.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_delivery_is_explained_with_rule_reference_and_day() {
        let server = TestServer::start();
        let key = server.key(&[Power::List, Power::Intake]);
        let (order, _) = server.tokens(&key);
        let event = json!({ "kind": "delivered", "on": "2026-01-10" });
        let path = format!("/v1/orders/{order}/events");
        server.post(&path, Some(&key), event).await.ok();
        let path = format!("/v1/orders/{order}/retention");
        let explained = server.get(&path, Some(&key)).await.ok().json();
        let categories = explained["categories"].as_array().unwrap();
        let find = |name: &str| -> &Value {
            categories
                .iter()
                .find(|one| one["category"] == name)
                .unwrap()
        };
        let delivery = find("delivery");
        assert_eq!(delivery["start"]["on"], "2026-01-10");
        assert_eq!(delivery["kept_until"], "2026-04-10");
        assert_eq!(delivery["then"], "erase");
        assert_eq!(delivery["is_due"], false);
        let invoice = find("invoice");
        assert_eq!(invoice["archive_terms"][0]["name"], "accounting");
        assert_eq!(invoice["archive_terms"][0]["until"], "2036-12-31");
    }
}
