//! `POST /v1/keys/{id}/widen`: gives a key more than it has.

use super::{KeyDocument, grant::parse_grant};
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::{ChangedCredential, GrantText, Widening};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is added, and why. Bounds, networks and expiry replace those it has; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reason": "case 2026/0042", "fields": ["contact.email"], "people_per_day": 300
}))]
pub(crate) struct WidenRequest {
    /// Why, in one line: a case number, say. Never a name or an address.
    reason: String,
    /// Powers to add.
    #[serde(default)]
    powers: Vec<String>,
    /// Fields to add.
    #[serde(default)]
    fields: Vec<String>,
    /// Purposes to add.
    #[serde(default)]
    purposes: Vec<String>,
    /// States of orders to add.
    #[serde(default)]
    states: Vec<String>,
    /// Distinct people in any 60 minutes.
    #[serde(default)]
    people_per_hour: Option<u32>,
    /// Distinct people in any 24 hours.
    #[serde(default)]
    people_per_day: Option<u32>,
    /// Distinct people in any 90 days.
    #[serde(default)]
    people_per_90_days: Option<u32>,
    /// Distinct people ever.
    #[serde(default)]
    people_ever: Option<u32>,
    /// Distinct values in any 24 hours.
    #[serde(default)]
    values_per_day: Option<u32>,
    /// Requests in a second.
    #[serde(default)]
    requests_per_second: Option<u32>,
    /// Networks in CIDR notation.
    #[serde(default)]
    networks: Option<Vec<String>>,
    /// When it expires, Unix milliseconds: a year from now at most.
    #[serde(default)]
    expires_at_ms: Option<i64>,
}

/// A key whose grant was changed.
#[derive(ToSchema)]
#[schema(as = ChangedKey)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ChangedKeyDocument {
    /// The key as it is now.
    key: KeyDocument,
    /// Said when one person was enough for it.
    warning: Option<String>,
}

/// Gives a key more than it has, once two others have approved it.
///
/// Needs the power `keys`, and nobody hands out more than they hold. Where two others could approve it,
/// it is `approval-needed` first, and done when the same is sent again once they have. Where there are
/// no two, it is done at once, and the answer warns of that.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/widen",
    tag = "keys",
    params(("id" = String, Path, description = "The key's public id (`key_…`), not its secret.")),
    request_body = WidenRequest,
    responses((status = 200, description = "The key as it is now.", body = ChangedKeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn widen_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<WidenRequest>,
) -> Result<Json<ChangedCredential>, Problem> {
    let reason = request.reason.clone();
    let widening = request.parse()?;
    let widen = app.run(move |vault| vault.widen_credential(&credential, &id, &widening, &reason));
    widen.await.map(Json)
}

impl WidenRequest {
    fn parse(self) -> Result<Widening, Problem> {
        let has_networks = self.networks.is_some();
        let text = GrantText {
            fields: self.fields,
            purposes: self.purposes,
            powers: self.powers,
            states: Some(self.states),
            people_per_hour: self.people_per_hour,
            people_per_day: self.people_per_day,
            people_per_90_days: self.people_per_90_days,
            people_ever: self.people_ever,
            values_per_day: self.values_per_day,
            requests_per_second: self.requests_per_second,
            networks: self.networks.unwrap_or_default(),
            ..GrantText::default()
        };
        let added = parse_grant(&text)?;
        Ok(Widening {
            fields: added.fields,
            purposes: added.purposes.iter().collect(),
            powers: added.powers.iter().collect(),
            states: added.states.iter().collect(),
            quota: added.quota,
            networks: has_networks.then_some(added.networks),
            expires_at_ms: self.expires_at_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_wider_grant_waits_for_two_others_and_the_same_request_then_does_it() {
        let server = TestServer::start();
        let maker = server.key(&[Power::Keys, Power::List, Power::Intake]);
        let old = server.key(&[Power::List]);
        let approvers = ["first", "second"].map(|who| server.key_of(who, &[Power::Approve]));
        let path = format!("/v1/keys/{}/widen", old.id);
        let body = json!({ "reason": "case 1", "powers": ["intake"] });
        let waits = server.post(&path, Some(&maker), body.clone()).await;
        assert_eq!(waits.problem(), "approval-needed");
        for approver in &approvers {
            let list = server
                .get("/v1/proposals", Some(approver))
                .await
                .ok()
                .json();
            let shown = &list["proposals"][0];
            assert_eq!(
                shown["details"]["after"]["powers"],
                json!(["list", "intake"])
            );
            let path = format!("/v1/proposals/{}/approve", shown["id"].as_str().unwrap());
            let body = json!({ "sha256": shown["sha256"] });
            server.post(&path, Some(approver), body).await.ok();
        }
        let changed = server
            .post(&path, Some(&maker), body.clone())
            .await
            .ok()
            .json();
        assert_eq!(changed["key"]["grant"]["powers"], json!(["list", "intake"]));
        assert_eq!(changed["warning"], json!(null));
        let again = server.post(&path, Some(&maker), body).await;
        assert_eq!(again.problem(), "invalid-input");
    }
}
