//! How a credential at a vendor is described in a request.

use crate::extract::{parse_categories, parse_day};
use crate::problem::Problem;
use jiff::civil::Date;
use lethe_ops::{NewVendorKey, VendorKeyKind};
use serde::Deserialize;
use utoipa::ToSchema;

/// A credential at a vendor. Never the secret itself: what looks like one is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "vendor": "Postmark", "kind": "api-key", "label": "order mails", "owner": "ada",
    "scopes": ["read_customers"], "categories": ["contact"], "created_on": "2026-01-15",
    "has_networks": true, "recipient": "mailer"
}))]
pub(crate) struct VendorKeyRequest {
    /// Who issued it.
    vendor: String,
    /// `api-key`, `app`, `seat` or `integration`.
    kind: String,
    /// What you call it. No person's name or address.
    label: String,
    /// Who answers for it: a name or a team, not an address.
    #[serde(default)]
    owner: Option<String>,
    /// The vendor's own names of what it may do.
    #[serde(default)]
    scopes: Vec<String>,
    /// The kinds of records it can read: `contact`, `delivery`, …
    #[serde(default)]
    categories: Vec<String>,
    /// The day it was made; today when absent.
    #[serde(default)]
    created_on: Option<String>,
    /// The day its secret was last replaced.
    #[serde(default)]
    rotated_on: Option<String>,
    /// The day it was last used.
    #[serde(default)]
    used_on: Option<String>,
    /// The day it ends.
    #[serde(default)]
    expires_on: Option<String>,
    /// Whether it can take many customers at once.
    #[serde(default)]
    can_export: bool,
    /// Whether it works from named networks only.
    #[serde(default)]
    has_networks: bool,
    /// The recipient of Lethe's keys that feeds it: then people are counted.
    #[serde(default)]
    recipient: Option<String>,
    /// How many people it reaches, where nobody counts.
    #[serde(default)]
    people: Option<u64>,
    /// The day that was found out; today when absent.
    #[serde(default)]
    people_on: Option<String>,
}

impl VendorKeyRequest {
    pub(super) fn parse(self) -> Result<NewVendorKey, Problem> {
        let kind = VendorKeyKind::parse(&self.kind).ok_or_else(|| {
            let names = VendorKeyKind::ALL.map(VendorKeyKind::name).join(", ");
            Problem::invalid("kind", &format!("no such kind; use one of {names}"))
        })?;
        let day = |field, text: &Option<String>| -> Result<Option<Date>, Problem> {
            text.as_deref()
                .map(|text| parse_day(field, text))
                .transpose()
        };
        Ok(NewVendorKey {
            kind,
            categories: parse_categories(&self.categories)?,
            created_on: day("created_on", &self.created_on)?,
            rotated_on: day("rotated_on", &self.rotated_on)?,
            used_on: day("used_on", &self.used_on)?,
            expires_on: day("expires_on", &self.expires_on)?,
            people_on: day("people_on", &self.people_on)?,
            vendor: self.vendor,
            label: self.label,
            owner: self.owner,
            scopes: self.scopes,
            can_export: self.can_export,
            has_networks: self.has_networks,
            recipient: self.recipient,
            people: self.people,
        })
    }
}
