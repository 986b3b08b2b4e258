//! `GET /v1/vendor-keys`: every credential at a vendor, with its reach.

use super::VendorKeyDocument;
use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::VendorKeyView;
use serde::Serialize;
use utoipa::ToSchema;

/// The credentials at vendors.
#[derive(Serialize, ToSchema)]
pub(crate) struct VendorKeyList {
    /// By vendor and label.
    #[schema(value_type = Vec<VendorKeyDocument>)]
    vendor_keys: Vec<VendorKeyView>,
}

/// Lists the credentials at vendors that can read customers, each with what a thief of it would reach.
///
/// Needs the power `keys`.
#[utoipa::path(
    get,
    path = "/v1/vendor-keys",
    tag = "keys",
    responses((status = 200, description = "The credentials.", body = VendorKeyList)),
    security(("api_key" = []))
)]
pub(crate) async fn list_vendor_keys(
    State(app): State<Shared>,
    Caller(credential): Caller,
) -> Result<Json<VendorKeyList>, Problem> {
    let vendor_keys = app
        .run(move |vault| vault.list_vendor_keys(&credential))
        .await?;
    Ok(Json(VendorKeyList { vendor_keys }))
}
