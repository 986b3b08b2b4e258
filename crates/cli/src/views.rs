//! What commands show, whether it comes from the folder or from a server.

use crate::text;
use lethe_ops::{GrantText, Quarantine};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What an installation holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) stores: Vec<StoreStatus>,
    pub(crate) log_entries: u64,
    pub(crate) log_key: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) vaults: Vec<VaultStatus>,
}

/// A vault among several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VaultStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vault: Option<String>,
    pub(crate) log: String,
    pub(crate) is_this: bool,
}

/// What a shop holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoreStatus {
    pub(crate) name: String,
    pub(crate) controller: String,
    pub(crate) people: u64,
    pub(crate) orders: u64,
    pub(crate) records: u64,
    #[serde(default)]
    pub(crate) archived_orders: u64,
    #[serde(default)]
    pub(crate) overdue_reviews: u64,
}

/// An alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alert {
    pub(crate) id: String,
    pub(crate) at: String,
    pub(crate) last_at: String,
    pub(crate) times: u64,
    pub(crate) kind: String,
    pub(crate) severity: String,
    pub(crate) store: String,
    pub(crate) credential: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) text: String,
    pub(crate) deliveries: Vec<AlertDelivery>,
}

/// What became of an alert on one channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AlertDelivery {
    pub(crate) channel: String,
    pub(crate) attempts: u64,
    pub(crate) delivered_at: Option<String>,
}

/// Hits of a look-up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) log_index: u64,
    pub(crate) subjects: Vec<FoundSubject>,
}

/// One hit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FoundSubject {
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) order: Option<String>,
}

/// Values that were revealed, by field.
#[derive(Serialize, Deserialize)]
pub(crate) struct Revealed {
    pub(crate) log_index: u64,
    pub(crate) fields: serde_json::Map<String, serde_json::Value>,
}

/// What became of a document that was handed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DocumentAdded {
    pub(crate) id: String,
    pub(crate) outcome: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) log_index: u64,
}

impl DocumentAdded {
    /// Says whether the order had these bytes before.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.outcome == "unchanged"
    }
}

/// The documents of an order.
#[derive(Serialize, Deserialize)]
pub(crate) struct DocumentList {
    pub(crate) documents: Vec<DocumentLine>,
    pub(crate) log_index: u64,
}

/// One document.
#[derive(Serialize, Deserialize)]
pub(crate) struct DocumentLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// An order without any personal field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) token: String,
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) is_gift: bool,
    pub(crate) country: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) total_minor: Option<i64>,
    pub(crate) refunded_minor: Option<i64>,
    pub(crate) ordered_on: Option<String>,
    pub(crate) paid_on: Option<String>,
    pub(crate) fulfilled_on: Option<String>,
    pub(crate) cancelled_on: Option<String>,
    pub(crate) financial_status: Option<String>,
    pub(crate) fulfillment_status: Option<String>,
    #[serde(default)]
    pub(crate) lines: Vec<Line>,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    #[serde(default)]
    pub(crate) sku: Option<String>,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) quantity: i64,
    #[serde(default)]
    pub(crate) price_minor: Option<i64>,
}

/// A page of orders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) items: Vec<Order>,
    #[serde(default)]
    pub(crate) next_cursor: Option<String>,
}

/// A subject and the orders that belong together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub(crate) token: String,
    pub(crate) orders: Vec<Order>,
}

/// An erasure that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WaitingErasure {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) requested_by: String,
    pub(crate) requested_at: String,
    pub(crate) not_before: String,
}

/// A key without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) recipient: String,
    pub(crate) grant: GrantText,
    pub(crate) created_at_ms: i64,
    pub(crate) revoked_at_ms: Option<i64>,
    pub(crate) state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quarantine: Option<Quarantine>,
    pub(crate) last_used_ms: Option<i64>,
    pub(crate) people_used: PeopleUsed,
    pub(crate) blast_radius: BlastRadius,
}

/// Distinct people and guesses that a key has met.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PeopleUsed {
    pub(crate) per_hour: u64,
    pub(crate) per_day: u64,
    pub(crate) per_90_days: u64,
    pub(crate) ever: u64,
}

/// What a thief of a key could reveal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BlastRadius {
    pub(crate) people_24h: u64,
    pub(crate) people_90_days: u64,
    pub(crate) people_until_expiry: u64,
    pub(crate) population: u64,
    pub(crate) fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) trend: Vec<BlastDay>,
}

/// A blast radius on an earlier day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BlastDay {
    pub(crate) day: i64,
    pub(crate) people_24h: u64,
    pub(crate) people_until_expiry: u64,
}

/// What a credential at a vendor reaches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VendorReach {
    pub(crate) vendor_key: String,
    pub(crate) label: String,
    pub(crate) people: Option<u64>,
    pub(crate) fields: Vec<String>,
    pub(crate) source: String,
}

/// One thing about a key to look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LintFinding {
    pub(crate) credential: String,
    pub(crate) recipient: String,
    pub(crate) owner: Option<String>,
    pub(crate) rule: String,
    pub(crate) severity: String,
    pub(crate) finding: String,
    pub(crate) advice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proposal: Option<GrantText>,
    pub(crate) people_until_expiry: u64,
}

/// A key that was just made; the secret is shown this once.
#[derive(Serialize, Deserialize)]
pub(crate) struct CreatedKey {
    pub(crate) key: Key,
    pub(crate) secret: String,
}

/// One access to a person's data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) at: String,
    pub(crate) recipient: String,
    pub(crate) act: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) log_index: u64,
}

/// An entry of the access log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) index: u64,
    pub(crate) at: String,
    pub(crate) act: String,
    pub(crate) phase: String,
    pub(crate) credential: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) denied: Option<String>,
    pub(crate) subjects: u64,
    #[serde(default)]
    pub(crate) misses: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) intent: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) people: Vec<String>,
}

/// Reads a view from what an operation or a server answers with.
pub(crate) fn of<T: DeserializeOwned>(answer: impl Serialize) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(answer)?)
}

impl Order {
    /// Says what it came to, `?` where the export did not.
    pub(crate) fn total(&self) -> String {
        match (self.total_minor, &self.currency) {
            (Some(minor), Some(currency)) => text::amount(minor, currency),
            _ => "?".to_owned(),
        }
    }
}
