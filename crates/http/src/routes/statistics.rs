//! `GET /v1/statistics`: the numbers that stay when orders are gone.

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::StatisticsView;
use serde::Serialize;
use utoipa::ToSchema;

/// The groups of all closed months.
#[derive(Serialize, ToSchema)]
pub(crate) struct Statistics {
    /// The groups; none has fewer buyers than the policy's minimum.
    #[schema(value_type = Vec<GroupDocument>)]
    groups: Vec<StatisticsView>,
}

/// One group of orders.
#[derive(ToSchema)]
#[schema(as = StatisticsGroup, example = json!({
    "month": "2024-03", "country": "FR", "product": "Wallets", "currency": "EUR", "band": 1,
    "orders": 42, "total_minor": 331_800
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct GroupDocument {
    /// The month of the orders.
    month: String,
    /// Destination, ISO 3166-1 alpha-2; null where groups were merged.
    country: Option<String>,
    /// The product's category; null where groups were merged.
    product: Option<String>,
    /// ISO 4217 code.
    currency: String,
    /// The amount's band, from 0; null where groups were merged.
    band: Option<i64>,
    /// How many orders.
    orders: i64,
    /// Their sum in the currency's minor unit.
    total_minor: i64,
}

/// Lists the statistics of months of which no order is left.
///
/// Needs the power `list`. A month is shown only when it is closed, and small groups are merged or
/// dropped: no group leads back to a person.
#[utoipa::path(
    get,
    path = "/v1/statistics",
    tag = "orders and subjects",
    responses((status = 200, description = "The groups.", body = Statistics)),
    security(("api_key" = []))
)]
pub(crate) async fn statistics(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<Statistics>, Problem> {
    let groups = app.run(move |vault| vault.statistics(&credential)).await?;
    Ok(Json(Statistics { groups }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_month_with_living_orders_is_not_shown() {
        let server = TestServer::start();
        let key = server.key(&[Power::List]);
        let statistics = server.get("/v1/statistics", Some(&key)).await.ok().json();
        assert_eq!(statistics, json!({ "groups": [] }));
    }
}
