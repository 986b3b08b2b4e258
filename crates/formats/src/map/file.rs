//! A map as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Kind;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    pub(super) kind: Kind,
    pub(super) rows: Option<Rows>,
    pub(super) group_by: Option<String>,
    pub(super) delimiter: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) decimal: Option<String>,
    #[serde(default)]
    pub(super) dates: Vec<String>,
    pub(super) time_zone: Option<String>,
    #[serde(default)]
    pub(super) yes: Vec<String>,
    #[serde(default)]
    pub(super) no: Vec<String>,
    pub(super) columns: Columns,
    #[serde(default)]
    pub(super) constants: Constants,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rows {
    Order,
    Line,
}

/// One column, or several whose contents are joined by a space.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum ColumnRef {
    One(String),
    Joined(Vec<String>),
}

impl ColumnRef {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Joined(names) => names,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Columns {
    pub(crate) reference: Option<ColumnRef>,
    pub(crate) external_id: Option<ColumnRef>,
    pub(crate) customer_id: Option<ColumnRef>,
    pub(crate) email: Option<ColumnRef>,
    pub(crate) phone: Option<ColumnRef>,
    pub(crate) note: Option<ColumnRef>,
    pub(crate) accepts_marketing: Option<ColumnRef>,
    pub(crate) ordered_at: Option<ColumnRef>,
    pub(crate) paid_at: Option<ColumnRef>,
    pub(crate) fulfilled_at: Option<ColumnRef>,
    pub(crate) cancelled_at: Option<ColumnRef>,
    pub(crate) delivered_at: Option<ColumnRef>,
    pub(crate) refunded_at: Option<ColumnRef>,
    pub(crate) created_at: Option<ColumnRef>,
    pub(crate) updated_at: Option<ColumnRef>,
    pub(crate) currency: Option<ColumnRef>,
    pub(crate) total: Option<ColumnRef>,
    pub(crate) refunded: Option<ColumnRef>,
    pub(crate) financial_status: Option<ColumnRef>,
    pub(crate) fulfillment_status: Option<ColumnRef>,
    pub(crate) billing: Option<PartyColumns>,
    pub(crate) shipping: Option<PartyColumns>,
    pub(crate) address: Option<PartyColumns>,
    pub(crate) line: Option<LineColumns>,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, ColumnRef>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartyColumns {
    pub(crate) name: Option<ColumnRef>,
    pub(crate) company: Option<ColumnRef>,
    pub(crate) street: Option<ColumnRef>,
    pub(crate) street2: Option<ColumnRef>,
    pub(crate) city: Option<ColumnRef>,
    pub(crate) region: Option<ColumnRef>,
    pub(crate) postal_code: Option<ColumnRef>,
    pub(crate) country: Option<ColumnRef>,
    pub(crate) phone: Option<ColumnRef>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineColumns {
    pub(crate) sku: Option<ColumnRef>,
    pub(crate) title: Option<ColumnRef>,
    pub(crate) quantity: Option<ColumnRef>,
    pub(crate) price: Option<ColumnRef>,
}

/// Values that the file does not state because they are the same for all of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Constants {
    pub(crate) currency: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) accepts_marketing: Option<bool>,
    pub(crate) financial_status: Option<String>,
    pub(crate) fulfillment_status: Option<String>,
}

impl Columns {
    /// Every key that is used, with its columns.
    pub(crate) fn used(&self) -> Vec<(String, &ColumnRef)> {
        let own: [(&str, &Option<ColumnRef>); 20] = [
            ("reference", &self.reference),
            ("external_id", &self.external_id),
            ("customer_id", &self.customer_id),
            ("email", &self.email),
            ("phone", &self.phone),
            ("note", &self.note),
            ("accepts_marketing", &self.accepts_marketing),
            ("ordered_at", &self.ordered_at),
            ("paid_at", &self.paid_at),
            ("fulfilled_at", &self.fulfilled_at),
            ("cancelled_at", &self.cancelled_at),
            ("delivered_at", &self.delivered_at),
            ("refunded_at", &self.refunded_at),
            ("created_at", &self.created_at),
            ("updated_at", &self.updated_at),
            ("currency", &self.currency),
            ("total", &self.total),
            ("refunded", &self.refunded),
            ("financial_status", &self.financial_status),
            ("fulfillment_status", &self.fulfillment_status),
        ];
        let mut used = present("columns", own);
        let parties = [
            ("billing", &self.billing),
            ("shipping", &self.shipping),
            ("address", &self.address),
        ];
        for (role, party) in parties {
            used.extend(party.iter().flat_map(|party| party.used(role)));
        }
        used.extend(self.line.iter().flat_map(LineColumns::used));
        let attribute = |(name, column)| (format!("columns.attributes.{name}"), column);
        used.extend(self.attributes.iter().map(attribute));
        used
    }
}

impl PartyColumns {
    fn used(&self, role: &str) -> Vec<(String, &ColumnRef)> {
        let own: [(&str, &Option<ColumnRef>); 9] = [
            ("name", &self.name),
            ("company", &self.company),
            ("street", &self.street),
            ("street2", &self.street2),
            ("city", &self.city),
            ("region", &self.region),
            ("postal_code", &self.postal_code),
            ("country", &self.country),
            ("phone", &self.phone),
        ];
        present(&format!("columns.{role}"), own)
    }
}

impl LineColumns {
    fn used(&self) -> Vec<(String, &ColumnRef)> {
        let own: [(&str, &Option<ColumnRef>); 4] = [
            ("sku", &self.sku),
            ("title", &self.title),
            ("quantity", &self.quantity),
            ("price", &self.price),
        ];
        present("columns.line", own)
    }
}

fn present<'a, const N: usize>(
    table: &str,
    keys: [(&str, &'a Option<ColumnRef>); N],
) -> Vec<(String, &'a ColumnRef)> {
    keys.into_iter()
        .filter_map(|(key, column)| Some((format!("{table}.{key}"), column.as_ref()?)))
        .collect()
}
