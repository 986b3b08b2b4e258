//! `GET /health` and `GET /ready`: for whoever restarts or routes.

use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// How the process is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "status": "ok" }))]
pub(crate) struct Health {
    /// Always `ok`; anything else is a problem document.
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Says that the process answers.
#[utoipa::path(
    get,
    path = "/health",
    tag = "operation",
    responses((status = 200, description = "The process answers.", body = Health))
)]
pub(crate) async fn live() -> Json<Health> {
    Json(OK)
}

/// Says whether the vault can work: its access log can be published and read.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "operation",
    responses((status = 200, description = "The vault can work.", body = Health))
)]
pub(crate) async fn ready(State(app): State<Shared>) -> Result<Json<Health>, Problem> {
    let _place = app.heavy().await?;
    app.run(|vault| vault.log_checkpoint()).await?;
    Ok(Json(OK))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;

    #[tokio::test]
    async fn a_working_vault_is_live_and_ready() {
        let server = TestServer::start();
        for path in ["/health", "/ready"] {
            assert_eq!(
                server.get(path, None).await.ok().text(),
                "{\"status\":\"ok\"}"
            );
        }
    }
}
