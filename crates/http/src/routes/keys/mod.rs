//! API keys.

mod create;
mod list;
mod revoke;
mod rotate;

use crate::app::Shared;
use lethe_ops::{CreatedCredential, CredentialView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_keys, create::create_key))
        .routes(routes!(revoke::revoke_key))
        .routes(routes!(rotate::rotate_key))
}

/// A key as it may be shown: everything but the secret.
#[derive(ToSchema)]
#[schema(as = Key, example = json!({
    "id": "key_5f0c2a9b31de", "recipient": "warehouse",
    "grant": {
        "fields": ["delivery.name", "delivery.street"], "purposes": ["fulfilment"],
        "powers": ["reveal", "list"], "people_per_day": 200, "expires_at_ms": 1_798_761_600_000_i64
    },
    "created_at_ms": 1_767_225_600_000_i64, "revoked_at_ms": null, "state": "active",
    "people_used": 0, "people_reachable_24h": 200, "people_reachable_until_expiry": 2000
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct KeyDocument {
    /// Its public id, safe to print and to log.
    id: String,
    /// Who holds it: tokens are made per recipient.
    recipient: String,
    /// What it may do.
    grant: GrantDocument,
    /// Unix milliseconds.
    created_at_ms: i64,
    /// Unix milliseconds, once revoked.
    revoked_at_ms: Option<i64>,
    /// `active`, `expired` or `revoked`.
    state: String,
    /// Distinct people and guesses in the last 24 hours.
    people_used: u32,
    /// Its blast radius: people it could reveal if it were stolen now and used for 24 hours.
    people_reachable_24h: u64,
    /// The same until it expires.
    people_reachable_until_expiry: u64,
}

/// What a key may do.
#[derive(ToSchema)]
#[schema(as = Grant)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct GrantDocument {
    /// The fields it may reveal.
    fields: Vec<String>,
    /// The purposes it may state.
    purposes: Vec<String>,
    /// What else it may do.
    powers: Vec<String>,
    /// How many distinct people it may read or guess at in any 24 hours.
    people_per_day: u32,
    /// Unix milliseconds from which it is refused.
    expires_at_ms: Option<i64>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey {
    /// What it is.
    #[schema(value_type = KeyDocument)]
    key: CredentialView,
    /// The secret (`lethe_sk_…`). Shown once, kept nowhere: store it now.
    secret: String,
}

impl From<CreatedCredential> for NewKey {
    fn from(created: CreatedCredential) -> Self {
        Self {
            secret: created.secret.expose().to_owned(),
            key: created.view,
        }
    }
}
