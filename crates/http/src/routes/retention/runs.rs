//! `GET /v1/retention/runs`: what runs did.

use super::RetentionCounts;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use lethe_ops::RunView;
use serde::Serialize;
use utoipa::ToSchema;

/// The last runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunList {
    /// The runs, newest first; a hundred at most.
    runs: Vec<Run>,
}

/// A run.
#[derive(Serialize, ToSchema)]
pub(crate) struct Run {
    /// Its public id.
    id: String,
    /// `running`, `stopped` or `done`.
    state: String,
    /// Who started it: `operator` or `scheduler`.
    started_by: String,
    /// When it began.
    #[schema(value_type = String)]
    started_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// The day it worked for.
    #[schema(value_type = String)]
    today: Date,
    /// SHA-256 of the policy it applied.
    policy_sha256: String,
    /// What it did.
    counts: RetentionCounts,
}

/// Lists the last retention runs, newest first.
///
/// Needs the power `retention`.
#[utoipa::path(
    get,
    path = "/v1/retention/runs",
    tag = "forgetting",
    responses((status = 200, description = "The runs.", body = RunList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_runs(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<RunList>, Problem> {
    let list = app.run(move |vault| vault.retention_runs(&credential));
    let runs = list.await?.into_iter().map(Run::from).collect();
    Ok(Json(RunList { runs }))
}

impl From<RunView> for Run {
    fn from(run: RunView) -> Self {
        Self {
            id: run.id,
            state: run.state,
            started_by: run.started_by,
            started_at: run.started_at,
            finished_at: run.finished_at,
            today: run.today.to_date(),
            policy_sha256: run.policy_sha256,
            counts: run.report.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;

    #[tokio::test]
    async fn a_run_of_the_operator_is_listed_with_its_day() {
        let server = TestServer::start();
        let key = server.key(&[Power::Retention]);
        let id = server.run_retention();
        let runs = server.get("/v1/retention/runs", Some(&key)).await.ok();
        let run = &runs.json()["runs"][0];
        assert_eq!(run["id"], id);
        assert_eq!(run["state"], "done");
        assert_eq!(run["started_by"], "operator");
        assert_eq!(run["today"], "2026-01-15");
        assert_eq!(run["counts"]["orders_seen"], 4);
    }
}
