//! `DELETE /v1/subjects/{token}`: erasure (GDPR Art. 17).

use crate::answer::Logged;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::extract::State;
use lethe_ops::ErasureReport;
use utoipa::ToSchema;

/// What an erasure did.
#[derive(ToSchema)]
#[schema(as = Erasure, example = json!({
    "subjects": 1, "keys_destroyed": 12, "records_removed": 12, "lookups_removed": 9,
    "tombstones": 4, "is_rotation_due": false, "log_index": 4713
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct ErasureDocument {
    /// Subjects erased: the person, and recipients known only through this person's gifts.
    subjects: u64,
    /// Data keys destroyed: each ends the meaning of a record, in every copy without that key.
    keys_destroyed: u64,
    /// Sealed records removed.
    records_removed: u64,
    /// Look-up rows removed.
    lookups_removed: u64,
    /// Orders whose number stays as a tombstone, so that no import brings them back.
    tombstones: u64,
    /// Whether copies of the destroyed, wrapped keys may lie in unused parts of a keyring too large to
    /// be compacted at once: they lose their meaning with the next rotation.
    is_rotation_due: bool,
    /// Where the access log holds the outcome.
    log_index: u64,
}

/// Erases a person: all orders, records, look-up rows and log openings.
///
/// Needs the power `keys`. It cannot be undone, and it does not weigh retention duties: accounting
/// law may demand that invoices are kept. Keys are destroyed first; from then on no copy of the
/// data without its own copy of the keyring can be opened. A second call finds nobody any more.
#[utoipa::path(
    delete,
    path = "/v1/subjects/{token}",
    tag = "personal data",
    params(("token" = String, Path, description = "The subject's token (`sub_…`), or an order's of theirs.")),
    responses(
        (status = 200, description = "What was erased.", body = ErasureDocument,
            headers(("Access-Log-Index" = u64, description = "Where the access log holds the outcome."))),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn erase_subject(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<Logged<ErasureReport>, Problem> {
    let report = app
        .run(move |vault| vault.erase(&credential, &token))
        .await?;
    Ok(Logged {
        log_index: report.log_index,
        body: report,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn an_erased_person_is_gone_for_every_route() {
        let server = TestServer::start();
        let key = server.key(&Power::ALL);
        let (order, subject) = server.tokens(&key);
        let path = format!("/v1/subjects/{subject}");
        let together = server.get(&path, Some(&key)).await.ok().json();
        assert_eq!(together["orders"].as_array().unwrap().len(), 2);
        let report = server.delete(&path, Some(&key)).await.ok();
        assert_eq!(
            report.header("access-log-index"),
            report.json()["log_index"].to_string()
        );
        assert_eq!(report.json()["tombstones"], 2);
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
}
