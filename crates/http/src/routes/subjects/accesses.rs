//! `GET /v1/subjects/{token}/accesses`: who has read one person's data.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::Access;
use serde::Serialize;
use utoipa::ToSchema;

/// One access to a person's data.
#[derive(ToSchema)]
#[schema(as = Access, example = json!({
    "at": "2026-01-15T12:00:00Z", "recipient": "support", "act": "reveal", "purpose": "support",
    "fields": ["contact.email"], "log_index": 412
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct AccessDocument {
    /// When, RFC 3339.
    at: String,
    /// Who: a system, a vendor or a team.
    recipient: String,
    /// What: `reveal`, `find`, `intake`, `retention`, …
    act: String,
    /// For what.
    purpose: Option<String>,
    /// Which fields of this person.
    fields: Vec<String>,
    /// Where the log holds it.
    log_index: u64,
    /// Which log that is, where several vaults write one each and it is not the answering one's.
    log: Option<String>,
}

/// The accesses to a person's data.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessList {
    /// The newest first; a thousand at most.
    #[schema(value_type = Vec<AccessDocument>)]
    accesses: Vec<Access>,
}

/// Lists who has read or changed a person's data: when, for whom, for what, which fields.
///
/// Needs the power `audit`. It names nobody else: of a request about several people, the fields of
/// this one. Reading it is in the log too.
#[utoipa::path(
    get,
    path = "/v1/subjects/{token}/accesses",
    tag = "orders and subjects",
    params(("token" = String, Path, description = "A token of the subject, or of one of their orders.")),
    responses((status = 200, description = "The accesses.", body = AccessList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_accesses(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<Json<AccessList>, Problem> {
    let _place = app.heavy().await?;
    let accesses = app
        .run(move |vault| vault.access_history(&credential, &token))
        .await?;
    Ok(Json(AccessList { accesses }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_person_can_be_told_who_read_which_fields_of_theirs_and_when() {
        let server = TestServer::start();
        let key = server.key(&[Power::Reveal, Power::Audit]);
        let (order, subject) = server.tokens(&key);
        let body = json!({ "token": order, "fields": ["delivery.city"], "purpose": "support" });
        server.post("/v1/reveal", Some(&key), body).await.ok();
        let path = format!("/v1/subjects/{subject}/accesses");
        let list = server.get(&path, Some(&key)).await.ok().json();
        let first = &list["accesses"][0];
        assert_eq!(
            (&first["act"], &first["recipient"]),
            (&json!("reveal"), &json!("tests"))
        );
        assert_eq!(first["fields"], json!(["delivery.city"]));
        let acts: Vec<&str> = list["accesses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["act"].as_str().unwrap())
            .collect();
        assert_eq!(acts, ["reveal", "find", "intake"]);
    }
}
