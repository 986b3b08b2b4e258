//! `GET /v1/subjects/{token}`: which orders belong together.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use crate::routes::orders::OrderDocument;
use axum::Json;
use axum::extract::State;
use lethe_ops::SubjectView;
use utoipa::ToSchema;

/// A subject as a recipient may see it.
#[derive(ToSchema)]
#[schema(as = Subject)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct SubjectDocument {
    /// The subject's token.
    token: String,
    /// Their orders.
    orders: Vec<OrderDocument>,
}

/// Fetches a subject with their orders, as tokens.
///
/// Needs the power `list`.
#[utoipa::path(
    get,
    path = "/v1/subjects/{token}",
    tag = "orders and subjects",
    params(("token" = String, Path, description = "The subject's token (`sub_…`).")),
    responses((status = 200, description = "The subject.", body = SubjectDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn fetch_subject(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<Json<SubjectView>, Problem> {
    let fetch = app.run(move |vault| vault.subject(&credential, &token));
    fetch.await.map(Json)
}
