//! One order of Shopify's REST API, as what an import takes from it.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use lethe_model::{IncomingOrder, IncomingParty, OrderLine, Personal};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::order_columns::NO_CURRENCY;
use super::order_resource::{
    Address, Body, Customer, Fulfillment, Line, Named, Refund, Transaction,
};
use crate::error::Fault;
use crate::json::{self, Member};
use crate::values::{
    Currency, id, join_name, minor_units, offset_date_time, quantity, unquoted, yes_no,
};
use crate::{RowError, code};

/// Names a member that could not be read.
#[derive(Debug)]
struct BadMember(Option<&'static str>, Fault);

/// Named values: note attributes and line properties.
type Attributes = Vec<(String, Personal)>;
type Read<T> = Result<T, BadMember>;

/// Reads one order.
pub(super) fn read(text: &str, row: u64) -> Result<IncomingOrder, RowError> {
    order(text, row).map_err(|BadMember(name, fault)| fault.at(row, name))
}

fn order(text: &str, row: u64) -> Read<IncomingOrder> {
    let body: Body<'_> = json::object(text).map_err(|fault| BadMember(None, fault))?;
    let is_order = [body.order_number, body.line_items, body.total_price]
        .iter()
        .any(Option::is_some);
    if !is_order || (body.id.is_none() && body.name.is_none() && body.order_number.is_none()) {
        return Err(BadMember(None, NOT_AN_ORDER));
    }
    let currency = parsed("currency", body.currency, Currency::parse)?;
    let (lines, properties) = lines(body.line_items, currency)?;
    let mut attributes = named("note_attributes", body.note_attributes)?;
    attributes.extend(properties);
    Ok(IncomingOrder {
        row,
        reference: personal("name", body.name)?.or(personal("order_number", body.order_number)?),
        external_id: parsed("id", body.id, id)?,
        customer_id: customer_id(body.customer)?,
        email: personal("email", body.email)?.or(personal("contact_email", body.contact_email)?),
        phone: personal("phone", body.phone)?,
        billing: party("billing_address", body.billing_address)?,
        shipping: party("shipping_address", body.shipping_address)?,
        note: personal("note", body.note)?,
        attributes,
        accepts_marketing: parsed(
            "buyer_accepts_marketing",
            body.buyer_accepts_marketing,
            yes_no,
        )?,
        ordered_at: ordered_at(body.created_at, body.processed_at)?,
        paid_at: None,
        fulfilled_at: fulfilled_at(body.fulfillments)?,
        delivered_at: delivered_at(body.fulfillments)?,
        refunded_at: refunded_at(body.refunds)?,
        cancelled_at: parsed("cancelled_at", body.cancelled_at, offset_date_time)?,
        updated_at: parsed("updated_at", body.updated_at, offset_date_time)?,
        currency: currency.map(Currency::code),
        total_minor: amount("total_price", body.total_price, currency)?,
        refunded_minor: refunded(body.refunds, currency)?,
        financial_status: plain("financial_status", body.financial_status)?,
        fulfillment_status: plain("fulfillment_status", body.fulfillment_status)?,
        lines,
    })
}

/// An order moved in from another shop system is created on the day of the move, and keeps the day
/// on which it was placed in `processed_at`. Retention counts from that one.
fn ordered_at(created_at: Member<'_>, processed_at: Member<'_>) -> Read<Option<Timestamp>> {
    let created = parsed("created_at", created_at, offset_date_time)?;
    let processed = parsed("processed_at", processed_at, offset_date_time)?;
    Ok(match (created, processed) {
        (Some(created), Some(processed))
            if created.duration_since(processed) > SignedDuration::from_hours(24) =>
        {
            Some(processed)
        }
        (created, processed) => created.or(processed),
    })
}

fn party(member: &'static str, raw: Member<'_>) -> Read<Option<IncomingParty>> {
    let Some(raw) = raw else { return Ok(None) };
    let address: Address<'_> = json::object(raw.get()).map_err(|f| BadMember(Some(member), f))?;
    let one = |raw| personal(member, raw);
    let (first, last) = (
        plain(member, address.first_name)?,
        plain(member, address.last_name)?,
    );
    let digits = |raw| Ok(plain(member, raw)?.map(|text| Personal::new(unquoted(&text))));
    let party = IncomingParty {
        name: one(address.name)?.or_else(|| join_name(first.as_deref(), last.as_deref())),
        company: one(address.company)?,
        street: one(address.address1)?,
        street2: one(address.address2)?,
        city: one(address.city)?,
        region: one(address.province_code)?.or(one(address.province)?),
        postal_code: digits(address.zip)?,
        country: one(address.country_code)?.or(one(address.country)?),
        phone: digits(address.phone)?,
    };
    Ok((party != IncomingParty::default()).then_some(party))
}

fn customer_id(raw: Member<'_>) -> Read<Option<Personal>> {
    let Some(raw) = raw else { return Ok(None) };
    let customer: Customer<'_> =
        json::object(raw.get()).map_err(|f| BadMember(Some("customer"), f))?;
    parsed("customer.id", customer.id, id)
}

/// Reads the lines, and what the customer wrote for each (an engraving) as attributes.
fn lines(raw: Member<'_>, currency: Option<Currency>) -> Read<(Vec<OrderLine>, Attributes)> {
    let (mut lines, mut attributes) = (Vec::new(), Vec::new());
    for line in objects::<Line<'_>>("line_items", raw)? {
        attributes.extend(named("line_items.properties", line.properties)?);
        let sku = plain("line_items.sku", line.sku)?;
        let title = plain("line_items.name", line.name)?
            .or(plain("line_items.title", line.title)?)
            .or_else(|| sku.clone());
        lines.push(OrderLine {
            sku,
            title: title.unwrap_or_default(),
            quantity: parsed("line_items.quantity", line.quantity, quantity)?.unwrap_or(1),
            price_minor: amount("line_items.price", line.price, currency)?,
        });
    }
    Ok((lines, attributes))
}

fn named(member: &'static str, raw: Member<'_>) -> Read<Attributes> {
    let mut found = Vec::new();
    for pair in objects::<Named<'_>>(member, raw)? {
        if let Some(value) = personal(member, pair.value)? {
            found.push((plain(member, pair.name)?.unwrap_or_default(), value));
        }
    }
    Ok(found)
}

/// The first shipment that was not called off.
fn fulfilled_at(raw: Member<'_>) -> Read<Option<Timestamp>> {
    let mut first: Option<Timestamp> = None;
    for fulfillment in objects::<Fulfillment<'_>>("fulfillments", raw)? {
        let status = plain("fulfillments.status", fulfillment.status)?;
        if matches!(status.as_deref(), Some("cancelled" | "error" | "failure")) {
            continue;
        }
        let at = parsed(
            "fulfillments.created_at",
            fulfillment.created_at,
            offset_date_time,
        )?;
        first = first.into_iter().chain(at).min();
    }
    Ok(first)
}

/// The last parcel's arrival: known once no shipment is under way any more.
fn delivered_at(raw: Member<'_>) -> Read<Option<Timestamp>> {
    let mut last: Option<Timestamp> = None;
    for fulfillment in objects::<Fulfillment<'_>>("fulfillments", raw)? {
        let status = plain("fulfillments.status", fulfillment.status)?;
        if matches!(status.as_deref(), Some("cancelled" | "error" | "failure")) {
            continue;
        }
        let shipment = plain("fulfillments.shipment_status", fulfillment.shipment_status)?;
        if shipment.as_deref() != Some("delivered") {
            return Ok(None);
        }
        let at = parsed(
            "fulfillments.updated_at",
            fulfillment.updated_at,
            offset_date_time,
        )?;
        last = last.into_iter().chain(at).max();
    }
    Ok(last)
}

/// When money was last returned.
fn refunded_at(raw: Member<'_>) -> Read<Option<Timestamp>> {
    let mut last: Option<Timestamp> = None;
    for refund in objects::<Refund<'_>>("refunds", raw)? {
        let at = parsed("refunds.created_at", refund.created_at, offset_date_time)?;
        last = last.into_iter().chain(at).max();
    }
    Ok(last)
}

/// What was paid back. Not known when it was paid back in another currency.
fn refunded(raw: Member<'_>, currency: Option<Currency>) -> Read<Option<i64>> {
    if raw.is_none() {
        return Ok(None);
    }
    let mut sum = 0i64;
    for refund in objects::<Refund<'_>>("refunds", raw)? {
        for paid in objects::<Transaction<'_>>("refunds.transactions", refund.transactions)? {
            let kind = plain("refunds.transactions.kind", paid.kind)?;
            let status = plain("refunds.transactions.status", paid.status)?;
            if kind.as_deref() != Some("refund") || status.is_some_and(|s| s != "success") {
                continue;
            }
            let in_currency = parsed(
                "refunds.transactions.currency",
                paid.currency,
                Currency::parse,
            )?;
            if in_currency.is_some_and(|c| Some(c) != currency) {
                return Ok(None);
            }
            let amount = amount("refunds.transactions.amount", paid.amount, currency)?;
            sum = sum.saturating_add(amount.unwrap_or(0));
        }
    }
    Ok(Some(sum))
}

/// Reads a list of objects. Some lists come as an empty object when there is nothing in them.
fn objects<'a, T: Deserialize<'a>>(member: &'static str, raw: Member<'a>) -> Read<Vec<T>> {
    let bad = |fault| BadMember(Some(member), fault);
    if raw.is_some_and(|raw| raw.get().trim_start().starts_with('{')) {
        return Ok(Vec::new());
    }
    let read = |raw: &'a RawValue| json::object(raw.get()).map_err(bad);
    json::list(raw)
        .map_err(bad)?
        .into_iter()
        .map(read)
        .collect()
}

fn text<'a>(member: &'static str, raw: Member<'a>) -> Read<Option<Cow<'a, str>>> {
    json::text(raw).map_err(|fault| BadMember(Some(member), fault))
}

fn plain(member: &'static str, raw: Member<'_>) -> Read<Option<String>> {
    Ok(text(member, raw)?.map(|text| text.trim().to_owned()))
}

fn personal(member: &'static str, raw: Member<'_>) -> Read<Option<Personal>> {
    Ok(text(member, raw)?.map(|text| Personal::new(text.trim())))
}

fn parsed<T>(
    member: &'static str,
    raw: Member<'_>,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Read<Option<T>> {
    let Some(text) = text(member, raw)? else {
        return Ok(None);
    };
    parse(text.trim())
        .map(Some)
        .map_err(|fault| BadMember(Some(member), fault))
}

fn amount(member: &'static str, raw: Member<'_>, currency: Option<Currency>) -> Read<Option<i64>> {
    parsed(member, raw, |text| match currency {
        Some(currency) => minor_units(text, currency, b'.'),
        None => Err(NO_CURRENCY),
    })
}

const NOT_AN_ORDER: Fault = Fault::new(
    code::NOT_AN_ORDER,
    "the object is not an order: it has no id or number, or neither lines nor a total; import only \
     bodies of orders",
);
