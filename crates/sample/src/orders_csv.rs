//! Shopify's orders export.

use crate::basket::SampleLine;
use crate::order::SampleOrder;
use crate::party::SampleParty;
use crate::progress::{FinancialStatus, FulfillmentStatus};
use crate::row::Rows;
use crate::shop::Shop;
use std::io;

/// The header line of Shopify's orders export, 70 columns.
pub const ORDERS_HEADER: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,\
Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,\
Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,\
Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,\
Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,\
Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,\
Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,\
Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,\
Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,\
Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value";

/// Writes every order of a shop as Shopify's orders export.
///
/// # Errors
///
/// Returns the error of the writer.
pub fn write_orders_csv(shop: &Shop, out: impl io::Write) -> io::Result<()> {
    write_orders(shop.orders(), out)
}

/// Writes some orders as Shopify's orders export.
///
/// # Errors
///
/// Returns the error of the writer.
pub fn write_orders(
    orders: impl IntoIterator<Item = SampleOrder>,
    out: impl io::Write,
) -> io::Result<()> {
    let mut rows = Rows::new(out, ORDERS_HEADER);
    for order in orders {
        for (position, line) in order.basket.lines.iter().enumerate() {
            match position {
                0 => first_row(&mut rows, &order, line),
                _ => continuation_row(&mut rows, &order, line),
            }
            rows.end()?;
        }
    }
    rows.finish()
}

fn first_row<W: io::Write>(rows: &mut Rows<W>, order: &SampleOrder, line: &SampleLine) {
    let (basket, progress) = (&order.basket, &order.progress);
    let currency = basket.currency;
    rows.text(&format!("#{}", order.number));
    rows.optional(order.email.as_deref());
    rows.text(progress.financial.as_str());
    rows.instant(progress.paid_at);
    rows.text(progress.fulfillment.as_str());
    rows.instant(progress.fulfilled_at);
    rows.yes_no(order.accepts_marketing);
    rows.text(currency.code());
    rows.amount(currency, basket.subtotal_minor);
    rows.amount(currency, basket.shipping_minor);
    rows.amount(currency, basket.tax_minor);
    rows.amount(currency, basket.total_minor);
    rows.optional(basket.discount_code);
    rows.amount(currency, basket.discount_minor);
    rows.text(if basket.shipping_minor == 0 {
        "Free shipping"
    } else {
        "Standard, tracked"
    });
    rows.instant(Some(order.created_at));
    item(
        rows,
        order,
        line,
        progress.fulfillment != FulfillmentStatus::Unfulfilled,
    );
    party(rows, &order.billing, order.zip_apostrophe);
    party(rows, &order.shipping, order.zip_apostrophe);
    rows.optional(order.note.as_deref());
    rows.present(&order.note_attributes);
    rows.instant(progress.cancelled_at);
    rows.text(progress.payment_method);
    rows.text(&order.payment_reference);
    rows.amount(currency, progress.refunded_minor);
    rows.text(line.vendor);
    let is_owed = progress.financial == FinancialStatus::Pending;
    rows.amount(currency, if is_owed { basket.total_minor } else { 0 });
    // Employee, location and device are known only of sales at a till.
    rows.nothing(3);
    rows.number(order.id);
    rows.present(&order.tags);
    rows.text(order.risk_level);
    rows.text(order.source);
    rows.amount(currency, 0);
    match basket.tax_name {
        Some(name) => {
            rows.text(name);
            rows.amount(currency, basket.tax_minor);
        }
        None => rows.nothing(2),
    }
    rows.nothing(8);
}

/// Writes a further line of an order: its number, its e-mail address, its date and the line.
fn continuation_row<W: io::Write>(rows: &mut Rows<W>, order: &SampleOrder, line: &SampleLine) {
    rows.text(&format!("#{}", order.number));
    rows.optional(order.email.as_deref());
    rows.nothing(13);
    rows.instant(Some(order.created_at));
    item(
        rows,
        order,
        line,
        order.progress.fulfillment == FulfillmentStatus::Fulfilled,
    );
    rows.nothing(26);
    rows.text(line.vendor);
    rows.nothing(8);
    rows.amount(order.basket.currency, 0);
    rows.nothing(10);
}

fn item<W: io::Write>(rows: &mut Rows<W>, order: &SampleOrder, line: &SampleLine, is_sent: bool) {
    let currency = order.basket.currency;
    rows.number(u64::from(line.quantity));
    rows.text(line.title);
    rows.amount(currency, line.price_minor);
    match line.compare_at_minor {
        Some(compare_at) => rows.amount(currency, compare_at),
        None => rows.nothing(1),
    }
    rows.text(line.sku);
    rows.text("true");
    rows.text(if order.basket.tax_name.is_some() {
        "true"
    } else {
        "false"
    });
    rows.text(if is_sent { "fulfilled" } else { "pending" });
}

fn party<W: io::Write>(rows: &mut Rows<W>, party: &SampleParty, zip_apostrophe: bool) {
    rows.text(&party.name);
    rows.text(&party.street_lines());
    rows.text(&party.street);
    rows.optional(party.street2.as_deref());
    rows.optional(party.company.as_deref());
    rows.text(&party.city);
    rows.postal_code(&party.postal_code, zip_apostrophe);
    rows.optional(party.region.as_deref());
    rows.text(party.country.code());
    rows.optional(party.phone.as_deref());
}
