//! Preparing: everything that can be done to an order without knowing the others.
//!
//! Values are cleaned, checked for what must never be stored, hashed for look-up and sorted into
//! records. The output is still in clear and lives only until its batch is sealed.

use super::Rejection;
use crate::retention::facts::day;
use jiff::Timestamp;
use lethe_crypto::{LookupHash, LookupKind};
use lethe_formats::Incoming;
use lethe_formats::guard::Guard;
use lethe_keeper::Keeper;
use lethe_model::normalise::{
    clean_line, clean_text, email_for_lookup, phone_for_lookup, same_person_name,
};
use lethe_model::{
    Category, Field, FieldKind, IncomingCustomer, IncomingOrder, IncomingParty, Personal, StoreId,
};
use lethe_policy::{Clock, Day, OrderClock, Policy, Then};
use std::sync::Arc;

/// A field longer than this is refused: 60,000 bytes.
const FIELD_BYTES_MAX: usize = 60_000;

/// Fields of one record, in clear, by field number.
pub(crate) type ClearRecord = (Category, Vec<(Field, Personal)>);

/// An order or customer, ready to be decided upon.
pub(crate) struct Prepared {
    pub(crate) row: u64,
    /// Hash of the order's number or the customer's id.
    pub(crate) identity: LookupHash,
    /// Keyed hash of all content.
    pub(crate) digest: [u8; 32],
    pub(crate) updated_at_ms: Option<i64>,
    /// Ways to the subject, the strongest first. The first that is known links.
    pub(crate) links: Vec<(LookupHash, LookupKind)>,
    pub(crate) records: Vec<ClearRecord>,
    /// The parcel of somebody else.
    pub(crate) recipient: Option<Recipient>,
    /// Absent for a customer account.
    pub(crate) order: Option<OrderFacts>,
    /// When the account was made, and when the person was in touch.
    pub(crate) contact: (Option<i64>, Option<i64>),
    /// Values that must never be stored, removed from text.
    pub(crate) removed: u64,
}

/// Who receives a gift.
pub(crate) struct Recipient {
    pub(crate) links: Vec<(LookupHash, LookupKind)>,
    pub(crate) record: ClearRecord,
}

/// What the relations keep of an order.
#[derive(Clone)]
pub(crate) struct OrderFacts {
    pub(crate) country: Option<String>,
    pub(crate) currency: Option<String>,
    pub(crate) total_minor: Option<i64>,
    pub(crate) refunded_minor: Option<i64>,
    pub(crate) ordered_on: Option<i64>,
    pub(crate) paid_on: Option<i64>,
    pub(crate) fulfilled_on: Option<i64>,
    pub(crate) cancelled_on: Option<i64>,
    pub(crate) delivered_on: Option<i64>,
    pub(crate) refunded_on: Option<i64>,
    pub(crate) financial_status: Option<String>,
    pub(crate) fulfillment_status: Option<String>,
    pub(crate) accepts_marketing: Option<bool>,
    pub(crate) lines: String,
}

/// Prepares orders and customers of one store.
pub(crate) struct Preparer {
    keeper: Arc<Keeper>,
    store: StoreId,
    guard: Arc<Guard>,
    terms: Terms,
}

/// What the policy says of arrivals.
pub(crate) struct Terms {
    pub(crate) policy: Arc<Policy>,
    pub(crate) store_name: String,
    /// Absent while nobody vouches for the clock or no archive is set up: nothing is refused for its
    /// age then.
    pub(crate) today: Option<Day>,
}

impl Terms {
    /// Says whether an order is past all its terms, so that nothing of it may be kept.
    fn is_over(&self, facts: &OrderFacts, records: &[ClearRecord]) -> bool {
        let Some(today) = self.today else {
            return false;
        };
        let clock = OrderClock {
            ordered: day(facts.ordered_on),
            paid: day(facts.paid_on),
            shipped: day(facts.fulfilled_on),
            delivered: day(facts.delivered_on),
            cancelled: day(facts.cancelled_on),
            refunded: day(facts.refunded_on),
            last_closed_event: None,
            open_event_since: None,
            total_minor: facts.total_minor,
            currency: facts.currency.clone(),
        };
        let is_over = |category: Category| {
            let clock = Clock::Order(&clock);
            let verdict = self
                .policy
                .verdict(&self.store_name, category, clock, today);
            verdict.is_due(today) && !matches!(verdict.then, Then::Archive(_))
        };
        records.iter().all(|(category, _)| is_over(*category))
    }
}

impl Preparer {
    pub(crate) fn new(
        keeper: Arc<Keeper>,
        store: StoreId,
        guard: Arc<Guard>,
        terms: Terms,
    ) -> Self {
        Self {
            keeper,
            store,
            guard,
            terms,
        }
    }

    /// Days since 1970-01-01 in the policy's time zone: a financial year ends there, not in UTC.
    fn day(&self, at: Option<Timestamp>) -> Option<i64> {
        let zone = self.terms.policy.time_zone();
        at.map(|at| i64::from(Day::of(at, zone).0))
    }

    pub(crate) fn prepare(&self, incoming: Incoming) -> Result<Prepared, Rejection> {
        match incoming {
            Incoming::Order(order) => self.prepare_order(*order),
            Incoming::Customer(customer) => self.prepare_customer(*customer),
        }
    }

    fn prepare_order(&self, mut order: IncomingOrder) -> Result<Prepared, Rejection> {
        let removed = self.guard.screen_order(&mut order).total();
        let mut work = Work::new(self, order.row, removed);
        let reference = order.reference.as_ref().and_then(clean_line);
        let external_id = order.external_id.as_ref().and_then(clean_line);
        // The number people use comes first: exports of different age agree on it, not on ids.
        let identity = reference.as_ref().or(external_id.as_ref());
        let identity = identity
            .and_then(|number| self.hash(LookupKind::Order, number))
            .ok_or_else(|| {
                work.reject(
                    "order-number-missing",
                    "the order has neither number nor id",
                )
            })?;
        let billing = order.billing.unwrap_or_default();
        let shipping = order.shipping.unwrap_or_default();
        let is_gift = match (&billing.name, &shipping.name) {
            (Some(payer), Some(receiver)) if !payer.is_blank() && !receiver.is_blank() => {
                !same_person_name(payer, receiver)
            }
            _ => false,
        };
        let country = country_code(&shipping).or_else(|| country_code(&billing));
        let home = country_code(&billing).or_else(|| country.clone());

        let mut links = Vec::new();
        work.link(
            &mut links,
            LookupKind::Customer,
            order.customer_id.as_ref().and_then(clean_line),
        );
        work.link(
            &mut links,
            LookupKind::Email,
            order.email.as_ref().and_then(email_for_lookup),
        );
        let own_phones = [
            (order.phone.as_ref(), &home),
            (billing.phone.as_ref(), &home),
            (shipping.phone.as_ref().filter(|_| !is_gift), &country),
        ];
        for (phone, country) in own_phones {
            let number = phone.and_then(|phone| phone_for_lookup(phone, country.as_deref()));
            work.link(&mut links, LookupKind::Phone, number);
        }

        let contact_name = billing
            .name
            .as_ref()
            .or(shipping.name.as_ref().filter(|_| !is_gift));
        let own_phone = own_phones.iter().find_map(|(phone, _)| *phone);
        work.begin(Category::Contact);
        work.line(FieldKind::Email, order.email.as_ref())?;
        work.line(FieldKind::Phone, own_phone)?;
        work.line(FieldKind::Name, contact_name)?;
        work.begin(Category::Delivery);
        work.party(&shipping)?;
        let delivery = work.take_record();
        work.begin(Category::Invoice);
        work.party(&billing)?;
        work.line(FieldKind::Reference, reference.as_ref())?;
        work.line(FieldKind::ExternalId, external_id.as_ref())?;
        work.begin(Category::Support);
        work.text(FieldKind::Note, order.note.as_ref())?;
        let attributes = attribute_text(&order.attributes);
        work.text(FieldKind::Attributes, attributes.as_ref())?;

        let mut recipient = None;
        if let Some(record) = delivery {
            if is_gift {
                let mut links = Vec::new();
                let phone = shipping.phone.as_ref();
                let number = phone.and_then(|phone| phone_for_lookup(phone, country.as_deref()));
                work.link(&mut links, LookupKind::Phone, number);
                recipient = Some(Recipient { links, record });
            } else {
                work.records.push(record);
            }
        }
        let facts = OrderFacts {
            country,
            currency: order.currency,
            total_minor: order.total_minor,
            refunded_minor: order.refunded_minor,
            ordered_on: self.day(order.ordered_at),
            paid_on: self.day(order.paid_at),
            fulfilled_on: self.day(order.fulfilled_at),
            cancelled_on: self.day(order.cancelled_at),
            delivered_on: self.day(order.delivered_at),
            refunded_on: self.day(order.refunded_at),
            financial_status: order.financial_status,
            fulfillment_status: order.fulfillment_status,
            accepts_marketing: order.accepts_marketing,
            lines: lines_json(&order.lines),
        };
        let updated_at_ms = order.updated_at.map(Timestamp::as_millisecond);
        if self.terms.is_over(&facts, &work.records) {
            let text = "every term of this order is over: nothing of it may be kept";
            return Err(work.reject("past-retention", text));
        }
        let contact = (None, facts.ordered_on);
        work.finish(
            identity,
            links,
            recipient,
            Some(facts),
            contact,
            updated_at_ms,
        )
    }

    fn prepare_customer(&self, mut customer: IncomingCustomer) -> Result<Prepared, Rejection> {
        let removed = self.guard.screen_customer(&mut customer).total();
        let mut work = Work::new(self, customer.row, removed);
        let email = customer.email.as_ref().and_then(email_for_lookup);
        let id = customer.customer_id.as_ref().and_then(clean_line);
        let identity = match (&id, &email) {
            (Some(id), _) => self.hash(LookupKind::Customer, id),
            (None, Some(email)) => self.hash(LookupKind::Email, email),
            (None, None) => None,
        };
        let identity = identity.ok_or_else(|| {
            work.reject(
                "customer-id-missing",
                "the customer has neither an id nor a usable e-mail address",
            )
        })?;
        let country = country_code(&customer.party);
        let mut links = Vec::new();
        work.link(&mut links, LookupKind::Customer, id.clone());
        work.link(&mut links, LookupKind::Email, email);
        for phone in [&customer.phone, &customer.party.phone] {
            let number = phone
                .as_ref()
                .and_then(|phone| phone_for_lookup(phone, country.as_deref()));
            work.link(&mut links, LookupKind::Phone, number);
        }
        work.begin(Category::Account);
        work.line(FieldKind::Email, customer.email.as_ref())?;
        let mut party = customer.party;
        party.phone = customer.phone.or(party.phone);
        work.party(&party)?;
        work.line(FieldKind::CustomerId, id.as_ref())?;
        work.text(FieldKind::Note, customer.note.as_ref())?;
        let updated_at_ms = customer.updated_at.map(Timestamp::as_millisecond);
        // A change of the account is the shop's own as often as the person's: it is no contact.
        let created_on = self.day(customer.created_at);
        let contact = (created_on, created_on);
        work.finish(identity, links, None, None, contact, updated_at_ms)
    }

    fn hash(&self, kind: LookupKind, value: &Personal) -> Option<LookupHash> {
        self.keeper.intake_hash(self.store, kind, value)
    }
}

/// The records of one order while they are put together.
struct Work<'p> {
    preparer: &'p Preparer,
    row: u64,
    records: Vec<ClearRecord>,
    removed: u64,
}

impl<'p> Work<'p> {
    fn new(preparer: &'p Preparer, row: u64, removed: u64) -> Self {
        Self {
            preparer,
            row,
            records: Vec::with_capacity(4),
            removed,
        }
    }

    fn reject(&self, code: &str, reason: &str) -> Rejection {
        Rejection {
            row: self.row,
            code: code.into(),
            column: None,
            reason: reason.into(),
        }
    }

    fn link(
        &self,
        links: &mut Vec<(LookupHash, LookupKind)>,
        kind: LookupKind,
        value: Option<Personal>,
    ) {
        let hash = value.and_then(|value| self.preparer.hash(kind, &value));
        links.extend(
            hash.map(|hash| (hash, kind))
                .filter(|link| !links.contains(link)),
        );
    }

    fn begin(&mut self, category: Category) {
        self.drop_empty();
        self.records.push((category, Vec::new()));
    }

    fn drop_empty(&mut self) {
        self.records.pop_if(|(_, fields)| fields.is_empty());
    }

    /// Takes the record that was begun last, unless it stayed empty.
    fn take_record(&mut self) -> Option<ClearRecord> {
        self.drop_empty();
        self.records
            .pop_if(|(category, _)| *category == Category::Delivery)
    }

    fn party(&mut self, party: &IncomingParty) -> Result<(), Rejection> {
        self.line(FieldKind::Name, party.name.as_ref())?;
        self.line(FieldKind::Company, party.company.as_ref())?;
        self.line(FieldKind::Street, party.street.as_ref())?;
        self.line(FieldKind::Street2, party.street2.as_ref())?;
        self.line(FieldKind::City, party.city.as_ref())?;
        self.line(FieldKind::Region, party.region.as_ref())?;
        self.line(FieldKind::PostalCode, party.postal_code.as_ref())?;
        self.line(FieldKind::Country, party.country.as_ref())?;
        self.line(FieldKind::Phone, party.phone.as_ref())
    }

    /// Adds a one-line value.
    fn line(&mut self, kind: FieldKind, value: Option<&Personal>) -> Result<(), Rejection> {
        value
            .and_then(clean_line)
            .map_or(Ok(()), |value| self.push(kind, value))
    }

    /// Adds free text.
    fn text(&mut self, kind: FieldKind, value: Option<&Personal>) -> Result<(), Rejection> {
        value
            .and_then(clean_text)
            .map_or(Ok(()), |value| self.push(kind, value))
    }

    fn push(&mut self, kind: FieldKind, value: Personal) -> Result<(), Rejection> {
        if value.expose().len() > FIELD_BYTES_MAX {
            let mut rejection = self.reject(
                "field-too-long",
                "the value is longer than 60,000 bytes: shorten it",
            );
            rejection.column = Some(kind.name().to_owned());
            return Err(rejection);
        }
        let (category, fields) = self.records.last_mut().expect("a record was begun");
        if let Some(field) = Field::of(*category, kind) {
            fields.push((field, value));
        }
        Ok(())
    }

    fn finish(
        mut self,
        identity: LookupHash,
        links: Vec<(LookupHash, LookupKind)>,
        recipient: Option<Recipient>,
        order: Option<OrderFacts>,
        contact: (Option<i64>, Option<i64>),
        updated_at_ms: Option<i64>,
    ) -> Result<Prepared, Rejection> {
        self.records.retain(|(_, fields)| !fields.is_empty());
        if self.records.is_empty() && recipient.is_none() {
            return Err(self.reject(
                "nothing-personal",
                "the row holds no name, address or contact",
            ));
        }
        let digest = self.digest(&identity, recipient.as_ref(), order.as_ref());
        Ok(Prepared {
            row: self.row,
            identity,
            digest,
            updated_at_ms,
            links,
            records: self.records,
            recipient,
            order,
            contact,
            removed: self.removed,
        })
    }

    fn digest(
        &self,
        identity: &LookupHash,
        recipient: Option<&Recipient>,
        order: Option<&OrderFacts>,
    ) -> [u8; 32] {
        let mut parts: Vec<Vec<u8>> = vec![identity.to_vec()];
        let gift = recipient.map(|recipient| &recipient.record);
        for (_, fields) in self.records.iter().chain(gift) {
            for (field, value) in fields {
                parts.push(vec![field.number()]);
                parts.push(value.expose().as_bytes().to_vec());
            }
        }
        parts.push(vec![u8::from(gift.is_some())]);
        if let Some(facts) = order {
            parts.push(facts.fingerprint().into_bytes());
        }
        let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        self.preparer.keeper.digest(&slices)
    }
}

impl OrderFacts {
    /// Writes every fact, for telling a change from a repetition.
    fn fingerprint(&self) -> String {
        serde_json::json!([
            self.country,
            self.currency,
            self.total_minor,
            self.refunded_minor,
            self.ordered_on,
            self.paid_on,
            self.fulfilled_on,
            self.cancelled_on,
            self.delivered_on,
            self.refunded_on,
            self.financial_status,
            self.fulfillment_status,
            self.accepts_marketing,
            self.lines,
        ])
        .to_string()
    }
}

fn country_code(party: &IncomingParty) -> Option<String> {
    let written = party.country.as_ref()?.expose().trim();
    let is_code = written.len() == 2 && written.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| written.to_ascii_uppercase())
}

fn attribute_text(attributes: &[(String, Personal)]) -> Option<Personal> {
    if attributes.is_empty() {
        return None;
    }
    let lines: Vec<String> = attributes
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.expose()))
        .collect();
    Some(Personal::new(lines.join("\n")))
}

fn lines_json(lines: &[lethe_model::OrderLine]) -> String {
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "sku": line.sku,
                "title": line.title,
                "quantity": line.quantity,
                "price_minor": line.price_minor,
            })
        })
        .collect();
    serde_json::Value::Array(lines).to_string()
}
