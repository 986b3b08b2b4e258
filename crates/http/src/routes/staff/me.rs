//! `GET /v1/me`: who is asking, what they may do, and how much of it is used up.

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::keys::KeyDocument;
use axum::Json;
use axum::extract::State;
use lethe_ops::{Credential, CredentialView};
use serde::Serialize;
use utoipa::ToSchema;

/// Who is asking.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// Who logged in; `null` for an API key.
    name: Option<String>,
    /// In which role; `null` for an API key.
    role: Option<String>,
    /// The grant in words, what of its quota is used, and what a thief could reveal.
    #[schema(value_type = KeyDocument)]
    credential: CredentialView,
}

/// Shows the caller's own grant, quota and blast radius.
///
/// Any key and any session may ask.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "people",
    responses((status = 200, description = "Who is asking.", body = Me)),
    security(("api_key" = []))
)]
pub(crate) async fn me(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<Me>, Problem> {
    let _place = app.heavy().await?;
    let shown = app.run(move |vault| {
        let view = vault.own_credential(&credential)?;
        Ok(Me::of(&credential, view))
    });
    shown.await.map(Json)
}

impl Me {
    fn of(credential: &Credential, view: CredentialView) -> Self {
        let is_staff = credential.is_staff();
        Self {
            name: view.grant.owner.clone().filter(|_| is_staff),
            role: is_staff.then(|| view.recipient.clone()),
            credential: view,
        }
    }
}
