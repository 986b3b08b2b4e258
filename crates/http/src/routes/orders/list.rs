//! `GET /v1/orders`: pages of orders.

use super::OrderDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::Params;
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
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
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
    let list =
        app.run(move |vault| vault.list_orders(&credential, params.cursor.as_deref(), limit));
    list.await.map(Json)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use std::collections::HashSet;

    #[tokio::test]
    async fn pages_show_every_order_once() {
        let server = TestServer::start();
        let key = server.key(&[Power::List]);
        let mut path = "/v1/orders?limit=3".to_owned();
        let mut tokens = HashSet::new();
        for items in [3, 1] {
            let page = server.get(&path, Some(&key)).await.ok().json();
            let orders = page["items"].as_array().unwrap();
            assert_eq!(orders.len(), items);
            tokens.extend(orders.iter().map(|order| order["token"].to_string()));
            let cursor = page["next_cursor"].as_str().unwrap_or("none");
            path = format!("/v1/orders?limit=3&cursor={cursor}");
        }
        assert_eq!(tokens.len(), 4);
        assert!(path.ends_with("none"));
    }

    #[tokio::test]
    async fn an_unknown_parameter_or_a_foreign_cursor_is_refused() {
        let server = TestServer::start();
        let key = server.key(&[Power::List]);
        for query in ["limit=many", "page=2", "cursor=ord_1"] {
            let answer = server.get(&format!("/v1/orders?{query}"), Some(&key)).await;
            assert_eq!(answer.problem(), "invalid-input", "{query}");
        }
    }
}
