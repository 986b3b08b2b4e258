//! Bulk export as a ceremony: a list is frozen, two others approve exactly it, and once, within
//! hours, it leaves as a file sealed to one recipient's key.
//!
//! There is no other way to read many people at once: quotas bound every other one.

mod file;
mod filter;
mod identify;
mod marks;

pub use file::ExportReport;
pub use filter::ExportFilter;
pub use identify::ExportMatch;

use crate::archive::check_reason;
use crate::proposals::ProposalView;
use crate::{Error, Vault};
use age::x25519;
use lethe_keeper::{Credential, FrozenExport, FrozenOrder, Proposal, ProposalKind, hex};
use lethe_model::{Category, FieldSet, OrderId, Power, Purpose, RecordId, SubjectId};
use lethe_store::active::orders::OrderRow;
use lethe_store::active::{erasures, holds, orders, records};
use lethe_store::{StoreError, Tx};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::str::FromStr;

/// Orders in one export at most.
const ORDERS_MAX: usize = 50_000;
const PAGE: i64 = 500;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewExport {
    /// Which orders.
    pub filter: ExportFilter,
    /// Which fields of them.
    pub fields: FieldSet,
    /// Why, from the closed list.
    pub purpose: Purpose,
    /// The age public key (`age1…`) of whoever will read it.
    pub recipient: String,
    /// Why, in words. Never a name.
    pub reason: String,
    /// The domain of the invented people's e-mail addresses: one that a customer could have.
    pub canary_domain: Option<String>,
    /// Whether it may go beyond the installation's bound of people.
    pub above_installation: bool,
}

/// What approvers see of an export.
#[derive(Debug, Clone, Serialize)]
pub struct ExportSummary {
    /// Distinct people.
    pub people: u64,
    /// Orders: rows of the file.
    pub orders: u64,
    /// Fields of each.
    pub fields: Vec<String>,
    /// The filter that the list was made with.
    pub filter: serde_json::Value,
    /// The recipient's key.
    pub recipient: String,
    /// SHA-256 of that key, the first 16 digits: to be compared with what the recipient says.
    pub recipient_fingerprint: String,
    /// Whether it goes beyond the installation's bound of people.
    pub above_installation: bool,
}

impl Vault {
    /// Asks for an export: the list is frozen and waits for two approvals.
    ///
    /// # Errors
    ///
    /// When the filter, the fields or the recipient's key are no good, the grant lacks fields or
    /// purpose, or [`Error::NotFound`] when nobody is meant.
    pub fn request_export(
        &self,
        credential: &Credential,
        new: &NewExport,
    ) -> Result<ProposalView, Error> {
        self.permit(credential, Power::Reveal)?;
        check_reason(&new.reason)?;
        self.check_export(credential, new)?;
        let rows = self.meant_orders(credential, &new.filter)?;
        let listed = self.read_active(|tx| -> Result<Vec<_>, StoreError> {
            let mut listed = Vec::new();
            for row in &rows {
                let gift = gift_of(row, new.fields);
                if kept_back(tx, row, gift, new.fields)?.is_none() {
                    listed.push(written(row, gift));
                }
            }
            Ok(listed)
        })?;
        if listed.is_empty() {
            return Err(Error::NotFound);
        }
        let frozen = FrozenExport {
            purpose: new.purpose.name().to_owned(),
            fields: new.fields.iter().map(|field| field.to_string()).collect(),
            filter: serde_json::to_value(&new.filter).expect("words and dates serialise"),
            recipient: new.recipient.trim().to_owned(),
            canary_domain: new.canary_domain.clone(),
            above_installation: new.above_installation,
            orders: listed,
        };
        self.check_installation(&frozen)?;
        let frozen = serde_json::to_string(&frozen).expect("words and numbers serialise");
        // The capability: it is destroyed when the file is complete.
        let secret = self.around.random.bytes::<32>();
        let (kind, reason) = (ProposalKind::Export, &new.reason);
        let made = self
            .keeper
            .propose(credential, kind, frozen, reason, Some(&secret))?;
        self.proposal_view(credential, &made)
    }

    fn check_export(&self, credential: &Credential, new: &NewExport) -> Result<(), Error> {
        if let Some(problem) = new.filter.problem() {
            return Err(Error::invalid("filter", problem));
        }
        if new.fields.is_empty() || !marks::is_exportable(new.fields) {
            let text = "name at least one; documents are fetched one by one, not exported";
            return Err(Error::invalid("fields", text));
        }
        if !marks::can_be_marked(new.fields) {
            let text = "an export holds a name, a street, a phone number or an e-mail address: by \
                        these a leaked copy is recognised; for numbers alone `lethe statistics` is there";
            return Err(Error::invalid("fields", text));
        }
        x25519::Recipient::from_str(new.recipient.trim()).map_err(|_| {
            let text = "must be an age public key, `age1…`; whoever will read the file makes one \
                        with `age-keygen` and keeps the other half";
            Error::invalid("recipient", text)
        })?;
        let grant = &credential.grant;
        if !grant.purposes.contains(new.purpose) {
            return Err(lethe_keeper::Refusal::Purpose(new.purpose.name()).into());
        }
        if let Some(field) = new.fields.without(grant.fields).iter().next() {
            return Err(lethe_keeper::Refusal::Field(field.to_string()).into());
        }
        let has_email = new
            .fields
            .iter()
            .any(|field| field.kind() == lethe_model::FieldKind::Email);
        let is_domain = |text: &str| {
            let is_fine =
                |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            (4..=100).contains(&text.len()) && text.contains('.') && text.bytes().all(is_fine)
        };
        match &new.canary_domain {
            None if has_email => Err(Error::invalid(
                "canary_domain",
                "must be given with an e-mail address: a domain whose mail you receive, for the two \
                 invented people by whom a leaked copy is recognised",
            )),
            Some(domain) if !is_domain(domain) => Err(Error::invalid(
                "canary_domain",
                "must be a domain in lower case, such as `mail.shop.test`",
            )),
            _ => Ok(()),
        }
    }

    /// A list that the installation's bound would stop half-way is refused at once.
    fn check_installation(&self, frozen: &FrozenExport) -> Result<(), Error> {
        let people = frozen.people().ok_or(Error::Altered)?.len() as u64;
        let bounds = self.keeper.access().bounds();
        let all = [bounds.hour, bounds.day, bounds.quarter, bounds.ever];
        let smallest = all.into_iter().flatten().min().map(u64::from);
        match smallest {
            Some(bound) if people > bound && !frozen.above_installation => {
                let text = format!(
                    "means {people} people, more than all keys together may meet ({bound}): narrow \
                     it, or ask for more than that (`above_installation`), which approvers see"
                );
                Err(Error::invalid("filter", text))
            }
            _ => Ok(()),
        }
    }

    fn meant_orders(
        &self,
        credential: &Credential,
        filter: &ExportFilter,
    ) -> Result<Vec<OrderRow>, Error> {
        let mut meant = Vec::new();
        let mut after = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
        loop {
            let page = self.read_active(|tx| orders::page(tx, credential.store, after, PAGE))?;
            let Some(last) = page.last() else {
                return Ok(meant);
            };
            after = (last.subject, last.order);
            // Canaries of the vault's own stay in it: an export has its own.
            meant.extend(page.into_iter().filter(|order| {
                filter.takes(order)
                    && credential.grant.states.contains(filter::state(order))
                    && !self.keeper.is_canary(&order.subject)
            }));
            if meant.len() > ORDERS_MAX {
                let text = format!("means more than {ORDERS_MAX} orders: narrow it");
                return Err(Error::invalid("filter", text));
            }
        }
    }
}

/// Says what an export is, for whoever approves it.
pub(crate) fn summary(proposal: &Proposal) -> Option<ExportSummary> {
    let frozen = FrozenExport::read(proposal)?;
    Some(ExportSummary {
        people: frozen.people()?.len() as u64,
        orders: frozen.orders.len() as u64,
        recipient_fingerprint: fingerprint(&frozen.recipient),
        fields: frozen.fields,
        filter: frozen.filter,
        recipient: frozen.recipient,
        above_installation: frozen.above_installation,
    })
}

fn fingerprint(recipient: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(recipient.as_bytes()).into();
    hex(&hash[..8])
}

/// Why an order is left out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeptBack {
    /// Somebody's erasure is waiting.
    Erasure,
    /// A hold is on one of its records.
    Hold,
}

/// Says whether an order must not leave although it is stored.
fn kept_back(
    tx: &Tx<'_>,
    row: &OrderRow,
    gift: Option<SubjectId>,
    fields: FieldSet,
) -> Result<Option<KeptBack>, StoreError> {
    for subject in [Some(row.subject), gift].into_iter().flatten() {
        if erasures::of_subject(tx, &subject)?.is_some() {
            return Ok(Some(KeptBack::Erasure));
        }
    }
    for record in records_of(row, gift, fields) {
        if !holds::of_record(tx, &record)?.is_empty() {
            return Ok(Some(KeptBack::Hold));
        }
    }
    Ok(None)
}

/// Returns who receives an order, where that is somebody else and something of theirs is asked for.
fn gift_of(row: &OrderRow, fields: FieldSet) -> Option<SubjectId> {
    let has_delivery = !fields.of_category(Category::Delivery).is_empty();
    row.recipient.filter(|_| has_delivery)
}

/// Lists the records that one row of an export is made of.
fn records_of(row: &OrderRow, gift: Option<SubjectId>, fields: FieldSet) -> Vec<RecordId> {
    let record = |category: Category| match category {
        Category::Account => RecordId {
            subject: row.subject,
            order: OrderId::ACCOUNT,
            category,
        },
        Category::Delivery => RecordId {
            subject: gift.unwrap_or(row.subject),
            order: row.order,
            category,
        },
        _ => RecordId {
            subject: row.subject,
            order: row.order,
            category,
        },
    };
    fields.categories().map(record).collect()
}

fn written(row: &OrderRow, gift: Option<SubjectId>) -> FrozenOrder {
    FrozenOrder(
        hex(row.subject.as_bytes()),
        hex(row.order.as_bytes()),
        gift.map(|one| hex(one.as_bytes())),
    )
}

fn record_row(tx: &Tx<'_>, id: &RecordId) -> Result<Option<records::RecordRow>, StoreError> {
    records::fetch(tx, id)
}
