//! `POST /v1/login`: a session for a name, a password and a code.

use super::SecretText;
use crate::answer::Logged;
use crate::app::Shared;
use crate::caller::seat;
use crate::extract::JsonBody;
use crate::problem::Problem;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use lethe_ops::{LoginAttempt, NewSession, Seat};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;

/// A login. Either `code` or `recovery_code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "ada", "password": "four words of her own", "code": "492039"
}))]
pub(crate) struct LoginBody {
    /// The shop, where the installation has several.
    #[serde(default)]
    store: Option<String>,
    /// Who logs in.
    name: String,
    /// The password.
    #[schema(value_type = String)]
    password: SecretText,
    /// Six digits of the authenticator app. Each is good once.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    code: Option<SecretText>,
    /// One of the ten codes for the day the app is lost. Each is good once.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    recovery_code: Option<SecretText>,
    /// The `device` of an earlier login: failures of strangers then do not slow this client down.
    #[serde(default)]
    device: Option<String>,
}

/// A session that has just begun.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "session": "lethe_ss_…", "device": "lethe_sd_…", "ends_at_ms": 1_798_761_600_000_i64,
    "name": "ada", "role": "support", "recovery_codes_left": 10
}))]
pub(crate) struct LoginAnswer {
    /// What to send from now on: `Authorization: Bearer lethe_ss_…`. Shown once, kept nowhere.
    session: String,
    /// What to send with the next login from this client. Good for 90 days; it opens nothing.
    device: String,
    /// When the session ends at the latest, Unix milliseconds. It also ends after 30 minutes
    /// without a request.
    ends_at_ms: i64,
    /// Who logged in.
    name: String,
    /// In which role.
    role: String,
    /// Recovery codes that are left.
    recovery_codes_left: usize,
}

/// Where a login comes from.
pub(crate) struct At(pub(super) Seat);

impl FromRequestParts<Shared> for At {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Infallible> {
        Ok(Self(seat(parts)))
    }
}

/// Logs a person in.
///
/// The session is bound to the client's network (/24, /48) and `User-Agent`; used from elsewhere it
/// ends. Whatever is wrong, the answer is `login-failed`. Failures make the same network wait, longer
/// each time; they lock nobody out. Every login and refusal is in the access log.
#[utoipa::path(
    post,
    path = "/v1/login",
    tag = "people",
    request_body = LoginBody,
    responses((status = 200, description = "The session.", body = LoginAnswer))
)]
pub(crate) async fn login(
    State(app): State<Shared>,
    At(seat): At,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Logged<LoginAnswer>, Problem> {
    let attempt = body.attempt(seat);
    let _place = app.login().await?;
    let session = app.run(move |vault| vault.login(attempt)).await?;
    Ok(Logged {
        log_index: session.log_index,
        body: session.into(),
    })
}

impl LoginBody {
    fn attempt(self, seat: Seat) -> LoginAttempt {
        LoginAttempt {
            store: self.store,
            name: self.name,
            password: self.password.password(),
            code: self.code.map(SecretText::into_text),
            recovery_code: self.recovery_code.map(SecretText::into_text),
            device: self.device,
            seat,
        }
    }
}

impl From<NewSession> for LoginAnswer {
    fn from(new: NewSession) -> Self {
        Self {
            session: new.session.expose().to_owned(),
            device: new.device,
            ends_at_ms: new.ends_at_ms,
            name: new.name,
            role: new.role,
            recovery_codes_left: new.recovery_codes_left,
        }
    }
}
