//! The columns of Shopify's orders export, and one row of it.
//!
//! Shopify describes the columns in its help pages under "Order exports". Exports of different
//! years have 60 to 79 of them; what is missing is simply not known. Columns not listed here are
//! not read at all: payment references, device ids, employees, risk levels, taxes, discounts.

use std::io::Read;

use lethe_model::{IncomingOrder, IncomingParty, OrderLine, Personal};

use crate::error::Fault;
use crate::table::{Column, Row, Table};
use crate::values::{
    Currency, id, minor_units, offset_date_time, personal, quantity, unquoted, yes_no,
};
use crate::{FormatError, RowError, code};

/// Where each column stands in this file.
pub(super) struct OrderColumns {
    pub(super) name: Column,
    pub(super) id: Column,
    email: Column,
    phone: Column,
    created_at: Column,
    paid_at: Column,
    fulfilled_at: Column,
    cancelled_at: Column,
    currency: Column,
    total: Column,
    refunded: Column,
    financial_status: Column,
    fulfillment_status: Column,
    accepts_marketing: Column,
    notes: Column,
    note_attributes: Column,
    billing: PartyColumns,
    shipping: PartyColumns,
    line_name: Column,
    line_sku: Column,
    line_quantity: Column,
    line_price: Column,
}

struct PartyColumns {
    name: Column,
    company: Column,
    street: Column,
    address1: Column,
    address2: Column,
    city: Column,
    zip: Column,
    province: Column,
    province_name: Column,
    country: Column,
    phone: Column,
}

impl OrderColumns {
    /// Finds the columns by their names, and refuses a file that is something else.
    pub(super) fn find<R: Read>(table: &Table<R>) -> Result<Self, FormatError> {
        let column = |name: &str| table.column(name);
        let columns = Self {
            name: column("Name"),
            id: column("Id"),
            email: column("Email"),
            phone: column("Phone"),
            created_at: column("Created at"),
            paid_at: column("Paid at"),
            fulfilled_at: column("Fulfilled at"),
            cancelled_at: column("Cancelled at"),
            currency: column("Currency"),
            total: column("Total"),
            refunded: column("Refunded Amount"),
            financial_status: column("Financial Status"),
            fulfillment_status: column("Fulfillment Status"),
            accepts_marketing: column("Accepts Marketing"),
            notes: column("Notes"),
            note_attributes: column("Note Attributes"),
            billing: PartyColumns::find(table, "Billing"),
            shipping: PartyColumns::find(table, "Shipping"),
            line_name: column("Lineitem name"),
            line_sku: column("Lineitem sku"),
            line_quantity: column("Lineitem quantity"),
            line_price: column("Lineitem price"),
        };
        if !columns.name.is_present() {
            return Err(not_an_export("Name"));
        }
        if ![columns.email, columns.id, columns.created_at]
            .iter()
            .any(|c| c.is_present())
        {
            return Err(not_an_export("Created at"));
        }
        Ok(columns)
    }

    /// Says whether a row can only be a further line of an order: it has none of the cells that
    /// the first row of an order always has.
    pub(super) fn is_further_line(&self, row: &Row<'_>) -> bool {
        let firsts = [
            self.created_at,
            self.id,
            self.total,
            self.currency,
            self.financial_status,
        ];
        firsts.iter().any(|c| c.is_present()) && firsts.iter().all(|c| row.text(*c).is_none())
    }

    /// Reads the first row of an order, without its line item.
    pub(super) fn order(&self, row: &Row<'_>) -> Result<IncomingOrder, RowError> {
        let text = |column| row.text(column).map(personal);
        let instant = |column| row.parse(column, offset_date_time);
        let currency = row.parse(self.currency, Currency::parse)?;
        Ok(IncomingOrder {
            row: row.line,
            reference: text(self.name),
            external_id: row.parse(self.id, id)?,
            email: text(self.email),
            phone: row.text(self.phone).map(unquoted).map(personal),
            billing: self.billing.party(row),
            shipping: self.shipping.party(row),
            note: text(self.notes),
            attributes: row
                .text(self.note_attributes)
                .map(attributes)
                .unwrap_or_default(),
            accepts_marketing: row.parse(self.accepts_marketing, yes_no)?,
            ordered_at: instant(self.created_at)?,
            paid_at: instant(self.paid_at)?,
            fulfilled_at: instant(self.fulfilled_at)?,
            cancelled_at: instant(self.cancelled_at)?,
            currency: currency.map(Currency::code),
            total_minor: amount(row, self.total, currency)?,
            refunded_minor: amount(row, self.refunded, currency)?,
            financial_status: row.text(self.financial_status).map(str::to_owned),
            fulfillment_status: row.text(self.fulfillment_status).map(str::to_owned),
            ..IncomingOrder::default()
        })
    }

    /// Reads the line item of a row, if it has one.
    pub(super) fn line(
        &self,
        row: &Row<'_>,
        currency: Option<Currency>,
    ) -> Result<Option<OrderLine>, RowError> {
        let (title, sku) = (row.text(self.line_name), row.text(self.line_sku));
        if title.is_none() && sku.is_none() {
            return Ok(None);
        }
        Ok(Some(OrderLine {
            sku: sku.map(str::to_owned),
            title: title.or(sku).unwrap_or_default().to_owned(),
            quantity: row.parse(self.line_quantity, quantity)?.unwrap_or(1),
            price_minor: amount(row, self.line_price, currency)?,
        }))
    }
}

impl PartyColumns {
    fn find<R: Read>(table: &Table<R>, role: &str) -> Self {
        let column = |name: &str| table.column(&format!("{role} {name}"));
        Self {
            name: column("Name"),
            company: column("Company"),
            street: column("Street"),
            address1: column("Address1"),
            address2: column("Address2"),
            city: column("City"),
            zip: column("Zip"),
            province: column("Province"),
            province_name: column("Province Name"),
            country: column("Country"),
            phone: column("Phone"),
        }
    }

    fn party(&self, row: &Row<'_>) -> Option<IncomingParty> {
        let text = |column| row.text(column).map(personal);
        let digits = |column| row.text(column).map(unquoted).map(personal);
        let party = IncomingParty {
            name: text(self.name),
            company: text(self.company),
            // `Street` repeats both address lines as one.
            street: text(self.address1).or_else(|| text(self.street)),
            street2: text(self.address2),
            city: text(self.city),
            region: text(self.province).or_else(|| text(self.province_name)),
            postal_code: digits(self.zip),
            country: text(self.country),
            phone: digits(self.phone),
        };
        (party != IncomingParty::default()).then_some(party)
    }
}

/// Reads an amount in the order's currency. Without one its decimals would be a guess.
fn amount(
    row: &Row<'_>,
    column: Column,
    currency: Option<Currency>,
) -> Result<Option<i64>, RowError> {
    row.parse(column, |text| match currency {
        Some(currency) => minor_units(text, currency, b'.'),
        None => Err(NO_CURRENCY),
    })
}

/// Splits `name: value` lines. A line without a name goes on with the value above it.
fn attributes(text: &str) -> Vec<(String, Personal)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let named = line
            .split_once(": ")
            .or_else(|| Some((line.strip_suffix(':')?, "")));
        match (named, found.last_mut()) {
            (Some((name, value)), _) => {
                found.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            (None, Some((_, value))) => {
                value.push('\n');
                value.push_str(line);
            }
            (None, None) => found.push((String::new(), line.to_owned())),
        }
    }
    found
        .into_iter()
        .map(|(name, value)| (name, Personal::new(value)))
        .collect()
}

fn not_an_export(column: &'static str) -> FormatError {
    FormatError::MissingColumn {
        format: "a Shopify orders export",
        column,
        hint: "Export the orders as a plain CSV file, keep its first row, and import that file; \
               for another kind of file use `csv --map`",
    }
}

pub(crate) const NO_CURRENCY: Fault = Fault::new(
    code::CURRENCY_MISSING,
    "there is an amount but no currency, so its decimals mean nothing: fill in the order's currency",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_named_lines_with_values_that_may_go_on() {
        let read = attributes(
            "Engraving: Für Anna\nmit Liebe\nsee https://x.example/a\nGift:\r\nDate: 1: 2",
        );
        let shown: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.expose())).collect();
        assert_eq!(
            shown,
            [
                ("Engraving", "Für Anna\nmit Liebe\nsee https://x.example/a"),
                ("Gift", ""),
                ("Date", "1: 2"),
            ]
        );
    }
}
