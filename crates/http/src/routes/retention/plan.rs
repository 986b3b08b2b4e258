//! `GET /v1/retention/plan`: what a run would do now, and why.

use super::RetentionCounts;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// What a run would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plan {
    /// The day it is judged for, in the policy's time zone.
    #[schema(value_type = String)]
    today: Date,
    /// The policy's label.
    revision: String,
    /// Whether no run has moved or destroyed anything yet: the operator confirms the first that does.
    is_first: bool,
    /// How many records a run may take today.
    at_most: u64,
    /// Counts and reasons.
    counts: RetentionCounts,
}

/// Says what a retention run would do now; nothing is moved.
///
/// Needs the power `retention`. It looks at every order, so it takes its time in a large shop. Runs
/// are started by the vault itself every day, or by the operator.
#[utoipa::path(
    get,
    path = "/v1/retention/plan",
    tag = "forgetting",
    responses((status = 200, description = "The plan.", body = Plan)),
    security(("api_key" = []))
)]
pub(crate) async fn retention_plan(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<Plan>, Problem> {
    let _place = app.heavy().await?;
    let plan = app.run(move |vault| vault.retention_plan(&credential, |_| ()));
    let plan = plan.await?;
    Ok(Json(Plan {
        today: plan.today.to_date(),
        revision: plan.revision,
        is_first: plan.is_first,
        at_most: plan.at_most,
        counts: plan.report.into(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_plan_counts_what_is_due_by_rule() {
        let server = TestServer::start();
        let path = "/v1/retention/plan";
        let key = server.key(&[Power::Retention]);
        let before = server.get(path, Some(&key)).await.ok().json();
        assert_eq!(before["today"], "2026-01-15");
        assert_eq!(before["is_first"], true);
        assert_eq!(before["counts"]["records"], 0);
        // Nothing says that the orders were shipped: their clocks start a year after they were placed.
        server.clock.advance_hours(24 * 500);
        let key = server.key(&[Power::Retention]);
        let after = server.get(path, Some(&key)).await.ok().json();
        let rules = after["counts"]["rules"].as_array().unwrap();
        let delivery = rules.iter().find(|one| one["rule"] == "delivery").unwrap();
        assert_eq!(delivery["action"], "erase");
        assert_eq!(delivery["earliest_start"], "2027-01-05");
    }
}
