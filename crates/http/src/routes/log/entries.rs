//! `GET /v1/log/entries`: who did what, when and why.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::LogEntryView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Entries shown when the caller does not say.
const LIMIT: usize = 50;

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntryParams {
    /// Only entries about the person behind this token.
    subject: Option<String>,
    /// Only entries before this index.
    before: Option<u64>,
    /// Entries at once: 1 to 1000, 50 by default.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<usize>,
}

/// Entries, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryList {
    /// The entries.
    #[schema(value_type = Vec<EntryDocument>)]
    entries: Vec<LogEntryView>,
}

/// One entry.
#[derive(ToSchema)]
#[schema(as = LogEntry, example = json!({
    "index": 4711, "at": "2026-03-02T10:15:30.120Z", "act": "reveal", "phase": "act", "store": 1,
    "credential": "key_5f0c2a9b31de", "purpose": "fulfilment", "fields": ["delivery.street"],
    "subjects": 1, "root": "iVXr…=", "people": ["sub_8Zr2…"]
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct EntryDocument {
    /// Its place in the log.
    index: u64,
    /// When, RFC 3339.
    at: String,
    /// What was done: `reveal`, `find`, `intake`, `erase`, `key-create`, `key-revoke`,
    /// `key-rotation`, `genesis`, `recovery`, `audit`, `retention`, `policy`, `hold`, `approval`,
    /// `archive`, `restore`, `key-change`, `denial`, `vendor`.
    act: String,
    /// `act` for a whole act; `intent` and `outcome` for the two ends of one that changes things.
    phase: String,
    /// The shop's number; 0 for the installation itself.
    store: i64,
    /// The credential that asked.
    credential: String,
    /// The stated purpose.
    #[schema(nullable = false)]
    purpose: Option<String>,
    /// The fields asked for.
    #[schema(nullable = false)]
    fields: Option<Vec<String>>,
    /// Why it was refused; absent when it was granted.
    #[schema(nullable = false)]
    denied: Option<String>,
    /// How many subjects it is about.
    subjects: u64,
    /// How many guesses hit nobody.
    #[schema(nullable = false)]
    misses: Option<u64>,
    /// RFC 6962 root over the commitments to those subjects, base64.
    #[schema(nullable = false)]
    root: Option<String>,
    /// The index of the intent that this outcome ends.
    #[schema(nullable = false)]
    intent: Option<u64>,
    /// Counts and ids that describe the act further.
    #[schema(nullable = false)]
    detail: Option<serde_json::Value>,
    /// Whose data it was, as tokens of the reader; erased people are missing and still counted.
    /// Absent for batches of more than 20.
    #[schema(nullable = false)]
    people: Option<Vec<String>>,
}

/// Shows log entries, the newest first: all of the shop, or those about one person.
///
/// Needs the power `audit`.
#[utoipa::path(
    get,
    path = "/v1/log/entries",
    tag = "access log",
    params(EntryParams),
    responses((status = 200, description = "The entries.", body = EntryList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_entries(
    State(app): State<Shared>,
    Caller(credential): Caller,
    Params(params): Params<EntryParams>,
) -> Result<Json<EntryList>, Problem> {
    let _place = app.heavy().await?;
    let limit = params.limit.unwrap_or(LIMIT);
    let show = app.run(move |vault| {
        vault.log_entries(&credential, params.subject.as_deref(), params.before, limit)
    });
    let entries = show.await?;
    Ok(Json(EntryList { entries }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn an_auditor_sees_who_looked_at_a_person() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal, Power::Audit]);
        let (order, subject) = server.tokens(&key);
        let body = json!({ "token": order, "fields": ["contact.email"], "purpose": "support" });
        let revealed = server.post("/v1/reveal", Some(&key), body).await.ok();
        let path = format!("/v1/log/entries?subject={subject}&limit=1");
        let answer = server.get(&path, Some(&key)).await.ok().json();
        let entry = &answer["entries"][0];
        assert_eq!(
            entry["index"].to_string(),
            revealed.header("access-log-index")
        );
        assert_eq!(entry["fields"], json!(["contact.email"]));
        assert_eq!(entry["people"], json!([subject]));
        let before = format!("/v1/log/entries?before={}&limit=2", entry["index"]);
        let earlier = server.get(&before, Some(&key)).await.ok().json();
        assert_eq!(earlier["entries"].as_array().unwrap().len(), 2);
    }
}
