//! `GET /v1/vendor-keys/{id}`: one credential at a vendor.

use super::VendorKeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::InPath;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::VendorKeyView;

/// Shows a credential at a vendor, with what a thief of it would reach.
///
/// Needs the power `keys`.
#[utoipa::path(
    get,
    path = "/v1/vendor-keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "Its id in Lethe (`vkey_…`).")),
    responses((status = 200, description = "The credential.", body = VendorKeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn fetch_vendor_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<VendorKeyView>, Problem> {
    let fetch = app.run(move |vault| vault.vendor_key(&credential, &id));
    fetch.await.map(Json)
}
