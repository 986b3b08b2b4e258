//! Any CSV export, read by a map.

mod cells;
mod notation;
mod party;
mod targets;

use std::io::Read;

use lethe_model::IncomingOrder;

use crate::error::Fault;
use crate::map::{Kind, Map};
use crate::table::{Column, Row, Table};
use crate::text::{Decoder, TextEncoding};
use crate::{FormatError, Incoming, RowError, Source, code};
use cells::Cells;
use targets::{CustomerTargets, OrderTargets};

/// The same bounds as for Shopify's exports: an order has to fit in memory.
const LINES_MAX: usize = 10_000;
const ORDER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Opens a CSV file that a map describes.
///
/// # Errors
///
/// [`FormatError::Map`] when the map names a column that the file does not have.
pub fn read_mapped_csv<R: Read>(input: R, map: &Map) -> Result<MappedCsv<R>, FormatError> {
    let decoder = match map.encoding {
        Some(encoding) => Decoder::with_encoding(input, encoding),
        None => Decoder::new(input),
    };
    MappedCsv::open(decoder.map_err(FormatError::Read)?, map)
}

/// The orders or customers of a mapped CSV file, in its order.
///
/// With one row per line, an order is the consecutive rows with the same content of the grouping
/// column; its other values are those of the first of them.
pub struct MappedCsv<R> {
    table: Table<R>,
    targets: Targets,
    group_by: Option<Cells>,
    open: Option<OpenOrder>,
}

enum Targets {
    Orders(Box<OrderTargets>),
    Customers(Box<CustomerTargets>),
}

/// An order whose further rows may still come.
struct OpenOrder {
    group: String,
    bytes: usize,
    read: Result<IncomingOrder, RowError>,
}

impl<R: Read> MappedCsv<R> {
    fn open(input: Decoder<R>, map: &Map) -> Result<Self, FormatError> {
        let table = Table::open(input, map.delimiter)?;
        let targets = match map.kind {
            Kind::Orders => Targets::Orders(Box::new(OrderTargets::find(&table, map)?)),
            Kind::Customers => Targets::Customers(Box::new(CustomerTargets::find(&table, map)?)),
        };
        let group_by = map
            .group_by
            .as_ref()
            .map(|name| Cells::find(&table, "group_by", std::slice::from_ref(name)))
            .transpose()?;
        Ok(Self {
            table,
            targets,
            group_by,
            open: None,
        })
    }
}

impl<R: Read> Iterator for MappedCsv<R> {
    type Item = Result<Incoming, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let order =
            |read: Result<IncomingOrder, RowError>| read.map(|o| Incoming::Order(Box::new(o)));
        loop {
            let row = match self.table.next_row() {
                Some(Ok(row)) => row,
                // The broken-off row may have been a further line of the open order.
                Some(Err(error)) => {
                    self.open = None;
                    return Some(Err(error));
                }
                None => return self.open.take().map(|open| order(open.read)),
            };
            let targets = match &self.targets {
                Targets::Orders(targets) => targets,
                Targets::Customers(targets) => {
                    let customer = whole(&row).and_then(|()| targets.customer(&row));
                    return Some(customer.map(|customer| Incoming::Customer(Box::new(customer))));
                }
            };
            let Some(group_by) = &self.group_by else {
                return Some(order(
                    whole(&row).and_then(|()| targets.order_with_line(&row)),
                ));
            };
            let group = group_by.text(&row);
            match (&mut self.open, group) {
                (Some(open), Some(group)) if open.group == group => open.add(&row, targets),
                (open, group) => {
                    let begun = OpenOrder {
                        group: group.as_deref().unwrap_or_default().to_owned(),
                        bytes: row.bytes(),
                        read: match (whole(&row), group) {
                            (Err(error), _) => Err(error),
                            (Ok(()), None) => Err(row.refuse(group_by.first(), NO_GROUP)),
                            (Ok(()), Some(_)) => targets.order_with_line(&row),
                        },
                    };
                    if let Some(finished) = open.replace(begun) {
                        return Some(order(finished.read));
                    }
                }
            }
        }
    }
}

impl OpenOrder {
    fn add(&mut self, row: &Row<'_>, targets: &OrderTargets) {
        let Ok(order) = &mut self.read else { return };
        self.bytes += row.bytes();
        let line = whole(row).and_then(|()| {
            if order.lines.len() >= LINES_MAX || self.bytes > ORDER_BYTES_MAX {
                return Err(row.refuse(Column::default(), TOO_LARGE));
            }
            targets.line(row, order.currency.as_deref())
        });
        match line {
            Ok(line) => order.lines.extend(line),
            Err(error) => self.read = Err(error),
        }
    }
}

fn whole(row: &Row<'_>) -> Result<(), RowError> {
    row.fault
        .map_or(Ok(()), |fault| Err(row.refuse(Column::default(), fault)))
}

impl<R: Read> Source for MappedCsv<R> {
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

const NO_GROUP: Fault = Fault::new(
    code::CELL_MISSING,
    "the row does not say which order it belongs to: fill in the column that the map groups by, or \
     remove the row",
);
const TOO_LARGE: Fault = Fault::new(
    code::ORDER_TOO_LARGE,
    "the order has more than 10,000 lines or 16 MiB of text: check which column the map groups by",
);
