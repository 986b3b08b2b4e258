//! `POST /v1/canaries/remove`: takes canaries away.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::JsonBody;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::{CanaryChoice, RemovedCanaries};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which canaries, and why: either `canaries` or `recipient`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RemoveCanaries, example = json!({ "canaries": ["can_5f0c2a9b31de7788"], "reason": "case 2026/0042" }))]
pub(crate) struct RemoveRequest {
    /// Their public ids.
    canaries: Option<Vec<String>>,
    /// All that were planted for this recipient.
    recipient: Option<String>,
    /// Why, in one line without a name.
    reason: String,
}

/// What was taken away.
#[derive(ToSchema)]
#[schema(as = RemovedCanaries, example = json!({ "removed": ["can_5f0c2a9b31de7788"] }))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct RemovedDocument {
    /// Their public ids.
    removed: Vec<String>,
    /// Said when one person was enough for it.
    warning: Option<String>,
}

/// Takes canaries away: the invented people are erased like any person.
///
/// Needs the powers `keys` and `erase`. Where two others could approve it, it is `approval-needed` first,
/// and done when exactly the same is asked for again once they have.
#[utoipa::path(
    post,
    path = "/v1/canaries/remove",
    tag = "keys",
    request_body = RemoveRequest,
    responses((status = 200, description = "They are erased.", body = RemovedDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn remove_canaries(
    State(app): State<Shared>,
    Caller(credential): Caller,
    JsonBody(request): JsonBody<RemoveRequest>,
) -> Result<Json<RemovedCanaries>, Problem> {
    let which = match (request.canaries, request.recipient) {
        (Some(ids), None) => CanaryChoice::Ids(ids),
        (None, Some(recipient)) => CanaryChoice::Recipient(recipient),
        _ => {
            let text = "say either which (`canaries`) or all of which `recipient`";
            return Err(Problem::invalid("canaries", text));
        }
    };
    let remove = app.run(move |vault| vault.remove_canaries(&credential, &which, &request.reason));
    remove.await.map(Json)
}
