//! `POST /v1/logout`: ends the session that is presented.

use crate::answer::ACCESS_LOG_INDEX;
use crate::app::Shared;
use crate::caller::Person;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;

/// Ends the session that is presented.
///
/// Other sessions of the same person go on. An API key has no session: `session-needed`.
#[utoipa::path(
    post,
    path = "/v1/logout",
    tag = "people",
    responses((status = 204, description = "The session is over.")),
    security(("api_key" = []))
)]
pub(crate) async fn logout(
    State(app): State<Shared>,
    Person(session): Person,
) -> Result<impl IntoResponse, Problem> {
    let index = app.run(move |vault| vault.logout(&session)).await?;
    let header = [(ACCESS_LOG_INDEX, HeaderValue::from(index))];
    Ok((StatusCode::NO_CONTENT, header))
}
