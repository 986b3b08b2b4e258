//! `GET /v1/log/consistency`: a proof that the log only grew.

use crate::app::Shared;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Since when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsistencyParams {
    /// The size of an earlier checkpoint.
    #[param(minimum = 1)]
    from: u64,
}

/// A consistency proof (RFC 6962 §2.1.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct Consistency {
    /// The earlier size.
    from: u64,
    /// The size of the present checkpoint.
    size: u64,
    /// The hashes, base64.
    proof: Vec<String>,
}

/// Proves that the log of an earlier size is the beginning of the present one.
///
/// Needs no key: the proof follows from the public tiles.
#[utoipa::path(
    get,
    path = "/v1/log/consistency",
    tag = "access log",
    params(ConsistencyParams),
    responses((status = 200, description = "The proof.", body = Consistency))
)]
pub(crate) async fn prove_consistency(
    State(app): State<Shared>,
    Params(ConsistencyParams { from }): Params<ConsistencyParams>,
) -> Result<Json<Consistency>, Problem> {
    let _place = app.heavy().await?;
    let (size, proof) = app.run(move |vault| vault.log_consistency(from)).await?;
    Ok(Json(Consistency { from, size, proof }))
}
