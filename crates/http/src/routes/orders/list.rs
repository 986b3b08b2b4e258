//! `GET /v1/orders`: pages of orders.

use super::OrderDocument;
use crate::app::Shared;
use crate::extract::Params;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::{OrderView, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Orders on a page when the caller does not say.
const LIMIT: u32 = 50;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Orders on the page: 1 to 200, 50 by default.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// One page of orders.
#[derive(ToSchema)]
#[schema(as = OrderPage)]
#[expect(dead_code, reason = "describes the answer; the operation's own type is serialised")]
pub(crate) struct OrderPageDocument {
    /// The orders.
    items: Vec<OrderDocument>,
    /// Give this as `cursor` to get the next page; null on the last.
    next_cursor: Option<String>,
}

/// Lists the orders of the key's shop, as tokens.
///
/// Needs the power `list`. Tokens are this recipient's own: another recipient's key gets other
/// tokens for the same orders, and neither can use the other's.
#[utoipa::path(
    get,
    path = "/v1/orders",
    tag = "orders and subjects",
    params(ListParams),
    responses((status = 200, description = "One page.", body = OrderPageDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn list_orders(
    State(app): State<Shared>,
    Caller(credential): Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<OrderView>>, Problem> {
    let limit = params.limit.unwrap_or(LIMIT);
    let list = app.run(move |vault| {
        vault.list_orders(&credential, params.cursor.as_deref(), limit)
    });
    list.await.map(Json)
}
