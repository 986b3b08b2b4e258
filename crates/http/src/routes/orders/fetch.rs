//! `GET /v1/orders/{token}`: one order.

use super::OrderDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::OrderView;

/// Fetches an order, as tokens.
///
/// Needs the power `list`.
#[utoipa::path(
    get,
    path = "/v1/orders/{token}",
    tag = "orders and subjects",
    params(("token" = String, Path, description = "The order's token (`ord_…`).")),
    responses((status = 200, description = "The order.", body = OrderDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn fetch_order(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(token): InPath<String>,
) -> Result<Json<OrderView>, Problem> {
    let fetch = app.run(move |vault| vault.order(&credential, &token));
    fetch.await.map(Json)
}
