//! `PUT /v1/vendor-keys/{id}`: describes a credential at a vendor anew.

use super::VendorKeyDocument;
use super::describe::VendorKeyRequest;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::VendorKeyView;

/// Describes a credential at a vendor anew: everything that was known of it before is replaced.
///
/// Needs the power `keys`.
#[utoipa::path(
    put,
    path = "/v1/vendor-keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "Its id in Lethe (`vkey_…`).")),
    request_body = VendorKeyRequest,
    responses((status = 200, description = "The credential.", body = VendorKeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn replace_vendor_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<VendorKeyRequest>,
) -> Result<Json<VendorKeyView>, Problem> {
    let new = request.parse()?;
    let replace = app.run(move |vault| vault.replace_vendor_key(&credential, &id, &new));
    replace.await.map(Json)
}
