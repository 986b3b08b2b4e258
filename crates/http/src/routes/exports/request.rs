//! `POST /v1/exports`: asks for a bulk export.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{JsonBody, parse_day};
use crate::problem::Problem;
use crate::routes::fields::{parse_fields, parse_purpose};
use crate::routes::proposals::ProposalDocument;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_ops::{ExportFilter, NewExport, ProposalView};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which orders, which fields of them, for whom and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "filter": { "ordered_from": "2025-11-01", "country": "FR", "state": "shipped" },
    "fields": ["contact.email", "delivery.name"], "purpose": "marketing",
    "recipient": "age1…", "reason": "winter catalogue 2026", "canary_domain": "mail.shop.test"
}))]
pub(crate) struct ExportRequest {
    /// Which orders; at least one member.
    filter: ExportFilterDocument,
    /// Field references of `GET /v1/fields`; no documents.
    fields: Vec<String>,
    /// One of the purposes of `GET /v1/fields`.
    purpose: String,
    /// The age public key (`age1…`) that the file is sealed to.
    recipient: String,
    /// Why, in one line: a case number, say. Never a name or an address.
    reason: String,
    /// The domain of the two invented people's e-mail addresses: one whose mail you receive. Needed
    /// with an e-mail field.
    #[serde(default)]
    canary_domain: Option<String>,
    /// Whether it may go beyond the installation's bound of people. The approvers see it.
    #[serde(default)]
    above_installation: bool,
}

/// Which orders an export is about. What is absent restricts nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportFilter)]
pub(crate) struct ExportFilterDocument {
    /// Ordered on this day or later, ISO 8601.
    #[serde(default)]
    ordered_from: Option<String>,
    /// Ordered on this day or earlier, ISO 8601.
    #[serde(default)]
    ordered_until: Option<String>,
    /// Destination, ISO 3166-1 alpha-2.
    #[serde(default)]
    country: Option<String>,
    /// `unshipped`, `shipped` or `cancelled`.
    #[serde(default)]
    state: Option<String>,
    /// With a line of this SKU.
    #[serde(default)]
    sku: Option<String>,
}

/// Asks for a bulk export: the list of orders is frozen and waits for two approvals.
///
/// Needs the power `reveal`, and a grant that covers fields and purpose; how many people it may meet
/// does not matter, because the approved list is the bound. Approved within 24 hours, it is written once
/// by `lethe export file`, within four hours: no route of this interface answers with it. With an
/// `Idempotency-Key` header a repeated request within 24 hours makes no second proposal.
#[utoipa::path(
    post,
    path = "/v1/exports",
    tag = "personal data",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = ExportRequest,
    responses((status = 201, description = "The proposal that waits.", body = ProposalDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn request_export(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<ExportRequest>,
) -> Result<(StatusCode, Json<ProposalView>), Problem> {
    let new = request.parse()?;
    let _place = app.heavy().await?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let propose = app.run(move |vault| {
        let proposal = vault.request_export(&credential, &new)?;
        attempt.complete(&proposal.id);
        Ok(proposal)
    });
    Ok((StatusCode::CREATED, Json(propose.await?)))
}

impl ExportRequest {
    fn parse(self) -> Result<NewExport, Problem> {
        let day =
            |text: Option<String>, name: &str| text.map(|text| parse_day(name, &text)).transpose();
        Ok(NewExport {
            filter: ExportFilter {
                ordered_from: day(self.filter.ordered_from, "filter.ordered_from")?,
                ordered_until: day(self.filter.ordered_until, "filter.ordered_until")?,
                country: self.filter.country,
                state: self.filter.state,
                sku: self.filter.sku,
            },
            fields: parse_fields(&self.fields)?,
            purpose: parse_purpose(&self.purpose)?,
            recipient: self.recipient,
            reason: self.reason,
            canary_domain: self.canary_domain,
            above_installation: self.above_installation,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn approvers_see_people_fields_filter_and_the_recipients_key_and_no_person() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let body = server.export_request();
        let asked = server.post("/v1/exports", Some(&key), body.clone()).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        let approver = server.key_of("approver", &[Power::Approve]);
        let list = server.get("/v1/proposals", Some(&approver)).await.ok();
        let shown = &list.json()["proposals"][0];
        assert_eq!(shown["kind"], "export");
        assert_eq!(shown["purpose"], "support");
        assert_eq!(
            shown["export"]["fields"],
            json!(["delivery.name", "delivery.city"])
        );
        assert_eq!(shown["export"]["people"], 3);
        assert_eq!(shown["export"]["orders"], 4);
        assert_eq!(shown["export"]["recipient"], body["recipient"]);
        assert_eq!(shown["orders"], json!([]));
        assert_eq!(shown["usable_until"], json!(null));
    }

    #[tokio::test]
    async fn a_filter_that_restricts_nothing_and_a_key_that_is_none_are_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal]);
        let bad = [
            ("filter", json!({})),
            ("filter", json!({ "country": "Germany" })),
            ("filter", json!({ "ordered_from": "yesterday" })),
            ("recipient", json!("age1nothing")),
            ("fields", json!(["document.files"])),
            ("fields", json!(["delivery.country"])),
        ];
        for (member, value) in bad {
            let mut body = server.export_request();
            body[member] = value.clone();
            let answer = server.post("/v1/exports", Some(&key), body).await;
            assert_eq!(answer.problem(), "invalid-input", "{member} {value}");
        }
    }
}
