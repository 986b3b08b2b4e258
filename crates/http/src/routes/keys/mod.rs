//! API keys.

mod create;
mod grant;
mod leaked;
mod lint;
mod list;
mod narrow;
mod quarantine;
mod revoke;
mod revoke_derived;
mod rotate;
mod widen;

use crate::app::Shared;
use grant::GrantDocument;
use lethe_ops::{CreatedCredential, CredentialView};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list::list_keys, create::create_key))
        .routes(routes!(lint::lint_keys))
        .routes(routes!(narrow::narrow_key))
        .routes(routes!(quarantine::quarantine_key))
        .routes(routes!(quarantine::release_key))
        .routes(routes!(leaked::report_leaked_key))
        .routes(routes!(revoke::revoke_key))
        .routes(routes!(revoke_derived::revoke_derived_key))
        .routes(routes!(rotate::rotate_key))
        .routes(routes!(widen::widen_key))
}

/// A key as it may be shown: everything but the secret.
#[derive(ToSchema)]
#[schema(as = Key, example = json!({
    "id": "key_5f0c2a9b31de", "recipient": "warehouse",
    "grant": {
        "fields": ["delivery.name", "delivery.street"], "purposes": ["fulfilment"],
        "powers": ["reveal", "list"], "people_per_day": 200, "expires_at_ms": 1_798_761_600_000_i64,
        "owner": "ada"
    },
    "created_at_ms": 1_767_225_600_000_i64, "revoked_at_ms": null, "state": "active",
    "last_used_ms": null, "people_used": { "per_hour": 0, "per_day": 0, "per_90_days": 0, "ever": 0 },
    "blast_radius": {
        "people_24h": 200, "people_90_days": 2000, "people_until_expiry": 2000, "population": 2000,
        "fields": ["delivery.name", "delivery.street"]
    }
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
    /// `active`, `quarantined`, `expired` or `revoked`.
    state: String,
    /// Why it is in quarantine, if it is.
    quarantine: Option<QuarantineDocument>,
    /// When it was last presented, Unix milliseconds; `null`: never.
    last_used_ms: Option<i64>,
    /// Distinct people and guesses so far.
    people_used: PeopleUsedDocument,
    /// What a thief of it could reveal.
    blast_radius: BlastRadiusDocument,
}

/// Distinct people and guesses that a key has met.
#[derive(ToSchema)]
#[schema(as = PeopleUsed)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct PeopleUsedDocument {
    /// In the last 60 minutes.
    per_hour: u64,
    /// In the last 24 hours.
    per_day: u64,
    /// In the last 90 days.
    per_90_days: u64,
    /// In all.
    ever: u64,
}

/// What a thief of a credential could reveal, used at full quota from now on.
#[derive(ToSchema)]
#[schema(as = BlastRadius)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct BlastRadiusDocument {
    /// People, within 24 hours.
    people_24h: u64,
    /// People, within 90 days.
    people_90_days: u64,
    /// People, until it expires.
    people_until_expiry: u64,
    /// Everybody there is now whose records the grant covers.
    population: u64,
    /// The fields of each of them.
    fields: Vec<String>,
    /// Why it is more than the grant says, if it is.
    because: Option<String>,
    /// What it was on earlier days, as far as the daily job noted it; the oldest first.
    trend: Option<Vec<BlastDayDocument>>,
}

/// A blast radius on an earlier day.
#[derive(ToSchema)]
#[schema(as = BlastDay)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct BlastDayDocument {
    /// Days since 1970-01-01, UTC.
    day: i64,
    /// People, within 24 hours.
    people_24h: u64,
    /// People, until it expired.
    people_until_expiry: u64,
}

/// Why a key is held back.
#[derive(ToSchema)]
#[schema(as = Quarantine)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct QuarantineDocument {
    /// `browser`, `canary`, `anomaly` or `operator`.
    reason: String,
    /// Since when, Unix milliseconds.
    since_ms: i64,
    /// What was seen.
    evidence: Option<String>,
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
