//! What a source says about an order or a customer, before Lethe has judged it.
//!
//! Parsers of foreign formats produce these; the intake operation normalises, checks and seals
//! them. Nothing here is validated yet beyond its shape.

use crate::Personal;
use jiff::Timestamp;

/// An order as an export, an API or a webhook describes it.
#[derive(Debug, Clone, Default)]
pub struct IncomingOrder {
    /// Where it stood in its source: the line or array position, starting at 1. For reports.
    pub row: u64,
    /// The number people use for it (`#1001`). At least one of this and `external_id` is present.
    pub reference: Option<Personal>,
    /// The platform's own id, as text: ids above 2^53 stay exact.
    pub external_id: Option<Personal>,
    /// The platform's id of the customer account, where there is one.
    pub customer_id: Option<Personal>,
    /// The e-mail address of the order, as written.
    pub email: Option<Personal>,
    /// The phone number of the order itself (not of an address), as written.
    pub phone: Option<Personal>,
    /// Who pays.
    pub billing: Option<IncomingParty>,
    /// Who receives the parcel.
    pub shipping: Option<IncomingParty>,
    /// Free text of the customer or the shop about the order.
    pub note: Option<Personal>,
    /// Further named values of the order (note attributes, custom fields): often free text.
    pub attributes: Vec<(String, Personal)>,
    /// Consent to marketing, where the source states it.
    pub accepts_marketing: Option<bool>,
    /// When it was placed.
    pub ordered_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it was handed to the carrier; the earliest of several shipments.
    pub fulfilled_at: Option<Timestamp>,
    /// When the parcel arrived; the latest of several shipments.
    pub delivered_at: Option<Timestamp>,
    /// When money was last returned.
    pub refunded_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// When the source last changed it.
    pub updated_at: Option<Timestamp>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// The total in the currency's minor unit (cents; yen for JPY).
    pub total_minor: Option<i64>,
    /// The amount refunded so far, in the currency's minor unit.
    pub refunded_minor: Option<i64>,
    /// The platform's own words for the payment state (`paid`, `refunded`, …).
    pub financial_status: Option<String>,
    /// The platform's own words for the shipment state (`fulfilled`, `unfulfilled`, …).
    pub fulfillment_status: Option<String>,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// A customer account as an export or an API describes it.
#[derive(Debug, Clone, Default)]
pub struct IncomingCustomer {
    /// Where it stood in its source, starting at 1. For reports.
    pub row: u64,
    /// The platform's id of the account.
    pub customer_id: Option<Personal>,
    /// The account's e-mail address, as written.
    pub email: Option<Personal>,
    /// The account's phone number, as written.
    pub phone: Option<Personal>,
    /// Name and default address.
    pub party: IncomingParty,
    /// Free text of the shop about the customer.
    pub note: Option<Personal>,
    /// Consent to e-mail marketing, where the source states it.
    pub accepts_marketing: Option<bool>,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// When the source last changed it.
    pub updated_at: Option<Timestamp>,
}

/// A person or company at an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomingParty {
    /// The whole name as one line. Parsers join first and last names into it where needed.
    pub name: Option<Personal>,
    /// The company.
    pub company: Option<Personal>,
    /// First address line (street and number).
    pub street: Option<Personal>,
    /// Second address line.
    pub street2: Option<Personal>,
    /// City or town.
    pub city: Option<Personal>,
    /// Province, state or region, as written.
    pub region: Option<Personal>,
    /// Postal code, without the apostrophe that spreadsheets put before digits.
    pub postal_code: Option<Personal>,
    /// ISO 3166-1 alpha-2 code in capitals where the source gives one, else its words.
    pub country: Option<Personal>,
    /// Phone number of the address, as written.
    pub phone: Option<Personal>,
}

/// One line of an order. Not personal by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderLine {
    /// The merchant's article number.
    pub sku: Option<String>,
    /// What it is called.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// Price of one, in the order's currency's minor unit.
    pub price_minor: Option<i64>,
}
