//! Shopify's orders export: one row per order, and one more for each further line item.

use std::io::Read;

use lethe_model::IncomingOrder;

use super::order_columns::OrderColumns;
use crate::error::Fault;
use crate::table::{Column, Row, Table};
use crate::text::{Decoder, TextEncoding};
use crate::values::Currency;
use crate::{FormatError, Incoming, RowError, Source, code};

/// An order with more lines than this is refused: it has to fit in memory.
const LINES_MAX: usize = 10_000;
/// The same bound for its text.
const ORDER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Opens a Shopify orders export.
///
/// # Errors
///
/// [`FormatError::MissingColumn`] when the file is something else; the message says what.
pub fn read_shopify_orders<R: Read>(input: R) -> Result<ShopifyOrders<R>, FormatError> {
    ShopifyOrders::open(Decoder::new(input).map_err(FormatError::Read)?)
}

/// The orders of a Shopify orders export, in the order of the file.
///
/// An order is the consecutive rows with the same `Name`. If one of them cannot be read, the whole
/// order is refused: half an order would look like a whole one ever after.
pub struct ShopifyOrders<R> {
    table: Table<R>,
    columns: OrderColumns,
    open: Option<OpenOrder>,
}

/// An order whose further rows may still come.
struct OpenOrder {
    /// The `Name` cell: it links the rows and is never shown.
    name: String,
    id: Option<String>,
    bytes: usize,
    currency: Option<Currency>,
    read: Result<IncomingOrder, RowError>,
}

impl<R: Read> ShopifyOrders<R> {
    /// Starts on an input whose encoding is already decided.
    ///
    /// # Errors
    ///
    /// As [`read_shopify_orders`].
    pub fn open(input: Decoder<R>) -> Result<Self, FormatError> {
        let table = Table::open(input, None)?;
        let columns = OrderColumns::find(&table)?;
        Ok(Self {
            table,
            columns,
            open: None,
        })
    }

    /// Reads the next order, or `None` at the end of the file.
    pub fn next_order(&mut self) -> Option<Result<IncomingOrder, RowError>> {
        loop {
            let row = match self.table.next_row() {
                Some(Ok(row)) => row,
                // What was read before the input broke off is whole only if nothing was missing:
                // the broken-off row may have been a further line of it.
                Some(Err(error)) => {
                    self.open = None;
                    return Some(Err(error));
                }
                None => return self.open.take().map(|order| order.read),
            };
            match &mut self.open {
                Some(order) if order.continues_with(&row, &self.columns) => {
                    order.add(&row, &self.columns);
                }
                open => {
                    let finished = open.replace(OpenOrder::begin(&row, &self.columns));
                    if let Some(order) = finished {
                        return Some(order.read);
                    }
                }
            }
        }
    }
}

impl OpenOrder {
    fn begin(row: &Row<'_>, columns: &OrderColumns) -> Self {
        let name = row.text(columns.name);
        let mut order = Self {
            name: name.unwrap_or_default().to_owned(),
            id: row.text(columns.id).map(str::to_owned),
            bytes: 0,
            currency: None,
            read: match (row.fault, name) {
                (Some(fault), _) => Err(row.refuse(Column::default(), fault)),
                (None, None) => Err(row.refuse(columns.name, NO_NAME)),
                (None, Some(_)) if columns.is_further_line(row) => {
                    Err(row.refuse(columns.name, ORPHAN))
                }
                (None, Some(_)) => columns.order(row),
            },
        };
        if let Ok(read) = &order.read {
            order.currency = read
                .currency
                .as_deref()
                .and_then(|c| Currency::parse(c).ok());
            order.add(row, columns);
        }
        order
    }

    /// A row belongs to this order if it has its name and does not bring an id of its own.
    fn continues_with(&self, row: &Row<'_>, columns: &OrderColumns) -> bool {
        row.text(columns.name).is_some_and(|name| name == self.name)
            && row
                .text(columns.id)
                .is_none_or(|id| self.id.as_deref() == Some(id))
    }

    fn add(&mut self, row: &Row<'_>, columns: &OrderColumns) {
        let Ok(order) = &mut self.read else { return };
        self.bytes += row.bytes();
        let line = match row.fault {
            Some(fault) => Err(row.refuse(Column::default(), fault)),
            None if order.lines.len() >= LINES_MAX || self.bytes > ORDER_BYTES_MAX => {
                Err(row.refuse(columns.name, TOO_LARGE))
            }
            None => columns.line(row, self.currency),
        };
        match line {
            Ok(line) => order.lines.extend(line),
            Err(error) => self.read = Err(error),
        }
    }
}

impl<R: Read> Iterator for ShopifyOrders<R> {
    type Item = Result<Incoming, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(
            self.next_order()?
                .map(|order| Incoming::Order(Box::new(order))),
        )
    }
}

impl<R: Read> Source for ShopifyOrders<R> {
    fn bytes_read(&self) -> u64 {
        self.table.bytes_read()
    }

    fn encoding(&self) -> TextEncoding {
        self.table.encoding()
    }

    fn is_damaged(&self) -> bool {
        self.table.is_damaged()
    }
}

const NO_NAME: Fault = Fault::new(
    code::CELL_MISSING,
    "the row names no order: fill in the order's number, or remove the row",
);
const ORPHAN: Fault = Fault::new(
    code::ORPHAN_LINE,
    "this is a further line of an order, but the order's first row is not directly above it: keep \
     the rows in the order in which they were exported",
);
const TOO_LARGE: Fault = Fault::new(
    code::ORDER_TOO_LARGE,
    "the order has more than 10,000 lines or 16 MiB of text: correct the `Name` column, which says \
     which rows belong together",
);
