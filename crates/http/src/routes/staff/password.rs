//! `POST /v1/me/password`: another password for whoever is logged in.

use super::SecretText;
use crate::answer::ACCESS_LOG_INDEX;
use crate::app::Shared;
use crate::caller::Person;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::routes::staff::login::At;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use lethe_ops::LoginAttempt;
use serde::Deserialize;
use utoipa::ToSchema;

/// A change of password. Either `code` or `recovery_code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The present password.
    #[schema(value_type = String)]
    password: SecretText,
    /// Six digits of the authenticator app: newer ones than those of the login.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    code: Option<SecretText>,
    /// A recovery code.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recovery_code: Option<SecretText>,
    /// The new password: at least 12 characters, not a common one, without the name.
    #[schema(value_type = String)]
    new_password: SecretText,
}

/// Changes the password of whoever is logged in.
///
/// Takes the present password and a code: a session alone is not enough. Other sessions of the person
/// end, and their devices are not known any more.
#[utoipa::path(
    post,
    path = "/v1/me/password",
    tag = "people",
    request_body = PasswordBody,
    responses((status = 204, description = "The new password is in force.")),
    security(("api_key" = []))
)]
pub(crate) async fn change_password(
    State(app): State<Shared>,
    Person(session): Person,
    At(seat): At,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.new_password.password();
    let attempt = LoginAttempt {
        store: None,
        name: String::new(),
        password: body.password.password(),
        code: body.code.map(SecretText::into_text),
        recovery_code: body.recovery_code.map(SecretText::into_text),
        device: None,
        seat,
    };
    let _place = app.login().await?;
    let changed = app.run(move |vault| vault.change_password(&session, attempt, &new));
    let header = [(ACCESS_LOG_INDEX, HeaderValue::from(changed.await?))];
    Ok((StatusCode::NO_CONTENT, header))
}
