//! What each target is made of, in one file.

use std::io::Read;

use lethe_model::{IncomingCustomer, IncomingOrder, OrderLine};

use super::cells::Cells;
use super::notation::Notation;
use super::party::PartyTargets;
use crate::error::Fault;
use crate::map::Map;
use crate::shopify::NOBODY;
use crate::table::{Row, Table};
use crate::values::{Currency, id, quantity};
use crate::{FormatError, RowError, code};

/// Where an order's values stand.
pub(super) struct OrderTargets {
    reference: Cells,
    external_id: Cells,
    customer_id: Cells,
    email: Cells,
    phone: Cells,
    note: Cells,
    accepts_marketing: Cells,
    ordered_at: Cells,
    paid_at: Cells,
    fulfilled_at: Cells,
    cancelled_at: Cells,
    delivered_at: Cells,
    refunded_at: Cells,
    updated_at: Cells,
    currency: Cells,
    total: Cells,
    refunded: Cells,
    financial_status: Cells,
    fulfillment_status: Cells,
    billing: Option<PartyTargets>,
    shipping: Option<PartyTargets>,
    sku: Cells,
    title: Cells,
    quantity: Cells,
    price: Cells,
    attributes: Vec<(String, Cells)>,
    notation: Notation,
}

/// Where a customer's values stand.
pub(super) struct CustomerTargets {
    customer_id: Cells,
    email: Cells,
    phone: Cells,
    note: Cells,
    accepts_marketing: Cells,
    created_at: Cells,
    updated_at: Cells,
    address: Option<PartyTargets>,
    notation: Notation,
}

impl OrderTargets {
    pub(super) fn find<R: Read>(table: &Table<R>, map: &Map) -> Result<Self, FormatError> {
        let columns = &map.columns;
        let line = columns.line.clone().unwrap_or_default();
        macro_rules! cells {
            ($key:ident) => {
                Cells::find_at(
                    table,
                    concat!("columns.", stringify!($key)),
                    columns.$key.as_ref(),
                )?
            };
            (line.$key:ident) => {
                Cells::find_at(
                    table,
                    concat!("columns.line.", stringify!($key)),
                    line.$key.as_ref(),
                )?
            };
        }
        let attributes = columns.attributes.iter().map(|(name, column)| {
            let key = format!("columns.attributes.{name}");
            Ok((name.clone(), Cells::find(table, &key, column.names())?))
        });
        Ok(Self {
            reference: cells!(reference),
            external_id: cells!(external_id),
            customer_id: cells!(customer_id),
            email: cells!(email),
            phone: cells!(phone),
            note: cells!(note),
            accepts_marketing: cells!(accepts_marketing),
            ordered_at: cells!(ordered_at),
            paid_at: cells!(paid_at),
            fulfilled_at: cells!(fulfilled_at),
            cancelled_at: cells!(cancelled_at),
            delivered_at: cells!(delivered_at),
            refunded_at: cells!(refunded_at),
            updated_at: cells!(updated_at),
            currency: cells!(currency),
            total: cells!(total),
            refunded: cells!(refunded),
            financial_status: cells!(financial_status),
            fulfillment_status: cells!(fulfillment_status),
            billing: PartyTargets::find(table, "billing", columns.billing.as_ref())?,
            shipping: PartyTargets::find(table, "shipping", columns.shipping.as_ref())?,
            sku: cells!(line.sku),
            title: cells!(line.title),
            quantity: cells!(line.quantity),
            price: cells!(line.price),
            attributes: attributes.collect::<Result<_, FormatError>>()?,
            notation: Notation::of(map),
        })
    }

    /// Reads an order and the line in the same row.
    pub(super) fn order_with_line(&self, row: &Row<'_>) -> Result<IncomingOrder, RowError> {
        let notation = &self.notation;
        let instant = |cells: &Cells| cells.parse(row, |text| notation.dates.parse(text));
        let plain = |cells: &Cells, constant: &Option<String>| {
            cells
                .text(row)
                .map(String::from)
                .or_else(|| constant.clone())
        };
        let currency = self
            .currency
            .parse(row, Currency::parse)?
            .or(notation.currency);
        let amount = |cells: &Cells| cells.parse(row, |text| notation.amount(text, currency));
        let attribute =
            |(name, cells): &(String, Cells)| Some((name.clone(), cells.personal(row)?));
        let party = |targets: &Option<PartyTargets>| {
            targets
                .as_ref()
                .and_then(|targets| targets.party(row, &notation.constants))
        };
        let order = IncomingOrder {
            row: row.line,
            reference: self.reference.personal(row),
            external_id: self.external_id.parse(row, id)?,
            customer_id: self.customer_id.parse(row, id)?,
            email: self.email.personal(row),
            phone: self.phone.digits(row),
            billing: party(&self.billing),
            shipping: party(&self.shipping),
            note: self.note.personal(row),
            attributes: self.attributes.iter().filter_map(attribute).collect(),
            accepts_marketing: notation.flag(row, &self.accepts_marketing)?,
            ordered_at: instant(&self.ordered_at)?,
            paid_at: instant(&self.paid_at)?,
            fulfilled_at: instant(&self.fulfilled_at)?,
            cancelled_at: instant(&self.cancelled_at)?,
            delivered_at: instant(&self.delivered_at)?,
            refunded_at: instant(&self.refunded_at)?,
            updated_at: instant(&self.updated_at)?,
            currency: currency.map(Currency::code),
            total_minor: amount(&self.total)?,
            refunded_minor: amount(&self.refunded)?,
            financial_status: plain(&self.financial_status, &notation.constants.financial_status),
            fulfillment_status: plain(
                &self.fulfillment_status,
                &notation.constants.fulfillment_status,
            ),
            lines: self.line_in(row, currency)?.into_iter().collect(),
        };
        if order.reference.is_none() && order.external_id.is_none() {
            return Err(row.refuse(self.reference.first(), NO_REFERENCE));
        }
        Ok(order)
    }

    /// Reads the line of a further row, in the currency of its order.
    pub(super) fn line(
        &self,
        row: &Row<'_>,
        currency: Option<&str>,
    ) -> Result<Option<OrderLine>, RowError> {
        self.line_in(row, currency.and_then(|code| Currency::parse(code).ok()))
    }

    fn line_in(
        &self,
        row: &Row<'_>,
        currency: Option<Currency>,
    ) -> Result<Option<OrderLine>, RowError> {
        let (title, sku) = (self.title.text(row), self.sku.text(row));
        let Some(shown) = title.as_ref().or(sku.as_ref()) else {
            return Ok(None);
        };
        Ok(Some(OrderLine {
            title: shown.clone().into_owned(),
            sku: sku.map(String::from),
            quantity: self.quantity.parse(row, quantity)?.unwrap_or(1),
            price_minor: self
                .price
                .parse(row, |text| self.notation.amount(text, currency))?,
        }))
    }
}

impl CustomerTargets {
    pub(super) fn find<R: Read>(table: &Table<R>, map: &Map) -> Result<Self, FormatError> {
        let columns = &map.columns;
        macro_rules! cells {
            ($key:ident) => {
                Cells::find_at(
                    table,
                    concat!("columns.", stringify!($key)),
                    columns.$key.as_ref(),
                )?
            };
        }
        Ok(Self {
            customer_id: cells!(customer_id),
            email: cells!(email),
            phone: cells!(phone),
            note: cells!(note),
            accepts_marketing: cells!(accepts_marketing),
            created_at: cells!(created_at),
            updated_at: cells!(updated_at),
            address: PartyTargets::find(table, "address", columns.address.as_ref())?,
            notation: Notation::of(map),
        })
    }

    pub(super) fn customer(&self, row: &Row<'_>) -> Result<IncomingCustomer, RowError> {
        let instant = |cells: &Cells| cells.parse(row, |text| self.notation.dates.parse(text));
        let party = self
            .address
            .as_ref()
            .and_then(|a| a.party(row, &self.notation.constants));
        let customer = IncomingCustomer {
            row: row.line,
            customer_id: self.customer_id.parse(row, id)?,
            email: self.email.personal(row),
            phone: self.phone.digits(row),
            party: party.unwrap_or_default(),
            note: self.note.personal(row),
            accepts_marketing: self.notation.flag(row, &self.accepts_marketing)?,
            created_at: instant(&self.created_at)?,
            updated_at: instant(&self.updated_at)?,
        };
        if [&customer.customer_id, &customer.email, &customer.phone]
            .iter()
            .all(|v| v.is_none())
        {
            return Err(row.refuse(self.email.first(), NOBODY));
        }
        Ok(customer)
    }
}

const NO_REFERENCE: Fault = Fault::new(
    code::CELL_MISSING,
    "the order has neither a number nor an id, by which it would be known again: fill in one, or \
     remove the row",
);
