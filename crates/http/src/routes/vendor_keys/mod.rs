//! Credentials at vendors that can read customers: listed, and never the secret.

mod add;
mod describe;
mod fetch;
mod list;
mod remove;
mod replace;

use crate::app::Shared;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_vendor_keys, add::add_vendor_key))
        .routes(routes!(
            fetch::fetch_vendor_key,
            replace::replace_vendor_key,
            remove::remove_vendor_key
        ))
}

/// A credential at a vendor. The secret is not in it, and never was.
#[derive(ToSchema)]
#[schema(as = VendorKey, example = json!({
    "id": "vkey_5f0c2a9b31de", "vendor": "Postmark", "kind": "api-key", "label": "order mails", "owner": "ada",
    "scopes": ["read_customers"], "categories": ["contact"], "created_on": "2026-01-15", "rotated_on": null,
    "used_on": "2026-03-01", "expires_on": null, "can_export": false, "has_networks": true,
    "recipient": "mailer", "people": null, "people_on": null,
    "reach": {
        "vendor_key": "vkey_5f0c2a9b31de", "label": "Postmark: order mails", "people": 412,
        "fields": ["contact.email"], "source": "counted"
    }
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct VendorKeyDocument {
    /// Its id in Lethe; nothing of the credential itself.
    id: String,
    /// Who issued it.
    vendor: String,
    /// `api-key`, `app`, `seat` or `integration`.
    kind: String,
    /// What the merchant calls it.
    label: String,
    /// Who answers for it.
    owner: Option<String>,
    /// The vendor's own names of what it may do.
    scopes: Vec<String>,
    /// The kinds of records it can read.
    categories: Vec<String>,
    /// The day it was made.
    created_on: String,
    /// The day its secret was last replaced.
    rotated_on: Option<String>,
    /// The day it was last used.
    used_on: Option<String>,
    /// The day it ends.
    expires_on: Option<String>,
    /// Whether it can take many customers at once.
    can_export: bool,
    /// Whether it works from named networks only.
    has_networks: bool,
    /// The recipient of Lethe's keys that feeds it.
    recipient: Option<String>,
    /// How many people it reaches, as stated.
    people: Option<u64>,
    /// The day that was found out.
    people_on: Option<String>,
    /// What a thief of it would reach.
    reach: VendorReachDocument,
}

/// What a thief of a credential at a vendor would reach.
#[derive(ToSchema)]
#[schema(as = VendorReach)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct VendorReachDocument {
    /// Whose it is.
    vendor_key: String,
    /// Vendor and label.
    label: String,
    /// People; `null` when nobody knows.
    people: Option<u64>,
    /// The fields of each of them, by Lethe's names.
    fields: Vec<String>,
    /// `counted` by what Lethe handed over, `stated` by the merchant, or `unknown`.
    source: String,
}
