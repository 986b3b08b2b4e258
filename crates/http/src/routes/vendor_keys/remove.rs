//! `DELETE /v1/vendor-keys/{id}`: takes a credential at a vendor off the list.

use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;

/// Takes a credential at a vendor off the list: when it was revoked there. It revokes nothing itself.
///
/// Needs the power `keys`.
#[utoipa::path(
    delete,
    path = "/v1/vendor-keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "Its id in Lethe (`vkey_…`).")),
    responses((status = 204, description = "It is off the list.")),
    security(("api_key" = []))
)]
pub(crate) async fn remove_vendor_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<StatusCode, Problem> {
    let remove = app.run(move |vault| vault.remove_vendor_key(&credential, &id));
    remove.await.map(|()| StatusCode::NO_CONTENT)
}
