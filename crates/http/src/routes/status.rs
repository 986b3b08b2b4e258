//! `GET /v1/status`: what the installation holds, in numbers.

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::Status;
use utoipa::ToSchema;

/// What the installation holds.
#[derive(ToSchema)]
#[schema(as = Status)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct StatusDocument {
    /// Per shop.
    stores: Vec<StoreStatusDocument>,
    /// Entries in the access log.
    log_entries: u64,
    /// The log's verifier key (C2SP signed-note).
    log_key: String,
    /// The vaults that share the databases, each with the log it writes; absent when they are files.
    vaults: Option<Vec<VaultStatusDocument>>,
}

/// A vault among several.
#[derive(ToSchema)]
#[schema(as = VaultStatus)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct VaultStatusDocument {
    /// Its name; absent when none writes the log.
    vault: Option<String>,
    /// The log it writes.
    log: String,
    /// Whether it is the one that answers.
    is_this: bool,
}

/// What a shop holds.
#[derive(ToSchema)]
#[schema(as = StoreStatus, example = json!({
    "name": "main", "controller": "Example SAS", "people": 2000, "orders": 410, "records": 1_350,
    "archived_orders": 4_800, "overdue_reviews": 0
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct StoreStatusDocument {
    /// Its name.
    name: String,
    /// The controller.
    controller: String,
    /// People.
    people: u64,
    /// Orders.
    orders: u64,
    /// Sealed records.
    records: u64,
    /// Orders in the archive, which nobody can look up by a person.
    archived_orders: u64,
    /// Emergencies that somebody should have looked at by now.
    overdue_reviews: u64,
}

/// Counts what is stored in the key's shop.
///
/// Needs the power `list`.
#[utoipa::path(
    get,
    path = "/v1/status",
    tag = "operation",
    responses((status = 200, description = "The numbers.", body = StatusDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn status(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<Status>, Problem> {
    let _place = app.heavy().await?;
    let status = app.run(move |vault| vault.status_for(&credential));
    status.await.map(Json)
}
