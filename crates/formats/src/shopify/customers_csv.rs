//! Shopify's customers export: one row per account, with its default address.

use std::io::Read;

use lethe_model::{IncomingCustomer, IncomingParty};

use crate::error::Fault;
use crate::table::{Column, Row, Table};
use crate::text::{Decoder, TextEncoding};
use crate::values::{id, join_name, personal, unquoted, yes_no};
use crate::{FormatError, Incoming, RowError, Source, code};

/// Opens a Shopify customers export, of today (`Default Address City`) or of before 2023 (`City`).
///
/// # Errors
///
/// [`FormatError::MissingColumn`] when the file is something else; the message says what.
pub fn read_shopify_customers<R: Read>(input: R) -> Result<ShopifyCustomers<R>, FormatError> {
    ShopifyCustomers::open(Decoder::new(input).map_err(FormatError::Read)?)
}

/// The customers of a Shopify customers export, in the order of the file.
///
/// Amounts spent, counts of orders, tags and tax settings are not read.
pub struct ShopifyCustomers<R> {
    table: Table<R>,
    columns: Columns,
}

struct Columns {
    id: Column,
    first_name: Column,
    last_name: Column,
    email: Column,
    phone: Column,
    accepts_marketing: Column,
    note: Column,
    company: Column,
    address1: Column,
    address2: Column,
    city: Column,
    province: Column,
    country: Column,
    zip: Column,
    address_phone: Column,
}

impl<R: Read> ShopifyCustomers<R> {
    /// Starts on an input whose encoding is already decided.
    ///
    /// # Errors
    ///
    /// As [`read_shopify_customers`].
    pub fn open(input: Decoder<R>) -> Result<Self, FormatError> {
        let table = Table::open(input, None)?;
        let columns = Columns::find(&table)?;
        Ok(Self { table, columns })
    }

    /// Reads the next customer, or `None` at the end of the file.
    pub fn next_customer(&mut self) -> Option<Result<IncomingCustomer, RowError>> {
        let row = match self.table.next_row()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        Some(match row.fault {
            Some(fault) => Err(row.refuse(Column::default(), fault)),
            None => self.columns.customer(&row),
        })
    }
}

impl Columns {
    fn find<R: Read>(table: &Table<R>) -> Result<Self, FormatError> {
        let address = |name: &str| table.column_of(&[&format!("Default Address {name}"), name]);
        let columns = Self {
            id: table.column("Customer ID"),
            first_name: table.column("First Name"),
            last_name: table.column("Last Name"),
            email: table.column("Email"),
            phone: table.column("Phone"),
            accepts_marketing: table.column_of(&["Accepts Email Marketing", "Accepts Marketing"]),
            note: table.column("Note"),
            company: address("Company"),
            address1: address("Address1"),
            address2: address("Address2"),
            city: address("City"),
            province: table.column_of(&[
                "Default Address Province Code",
                "Province Code",
                "Province",
            ]),
            country: table.column_of(&["Default Address Country Code", "Country Code", "Country"]),
            zip: address("Zip"),
            address_phone: table.column("Default Address Phone"),
        };
        let needed = [
            (columns.email.is_present(), "Email"),
            (
                columns.first_name.is_present() || columns.last_name.is_present(),
                "First Name",
            ),
        ];
        match needed.into_iter().find(|(is_present, _)| !is_present) {
            None => Ok(columns),
            Some((_, column)) => Err(FormatError::MissingColumn {
                format: "a Shopify customers export",
                column,
                hint: "Export the customers as a plain CSV file, keep its first row, and import \
                       that file; for another kind of file use `csv --map`",
            }),
        }
    }

    fn customer(&self, row: &Row<'_>) -> Result<IncomingCustomer, RowError> {
        let text = |column| row.text(column).map(personal);
        let digits = |column| row.text(column).map(unquoted).map(personal);
        let customer = IncomingCustomer {
            row: row.line,
            customer_id: row.parse(self.id, id)?,
            email: text(self.email),
            phone: digits(self.phone),
            party: IncomingParty {
                name: join_name(row.text(self.first_name), row.text(self.last_name)),
                company: text(self.company),
                street: text(self.address1),
                street2: text(self.address2),
                city: text(self.city),
                region: text(self.province),
                postal_code: digits(self.zip),
                country: text(self.country),
                phone: digits(self.address_phone),
            },
            note: text(self.note),
            accepts_marketing: row.parse(self.accepts_marketing, yes_no)?,
            ..IncomingCustomer::default()
        };
        if [&customer.customer_id, &customer.email, &customer.phone]
            .iter()
            .all(|v| v.is_none())
        {
            return Err(row.refuse(self.email, NOBODY));
        }
        Ok(customer)
    }
}

impl<R: Read> Iterator for ShopifyCustomers<R> {
    type Item = Result<Incoming, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(
            self.next_customer()?
                .map(|customer| Incoming::Customer(Box::new(customer))),
        )
    }
}

impl<R: Read> Source for ShopifyCustomers<R> {
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

/// Nothing could link it to an order, and nothing could tell it from the next one.
pub(crate) const NOBODY: Fault = Fault::new(
    code::CELL_MISSING,
    "the customer has no id, no e-mail address and no phone number, so nobody could be found by \
     it: fill in one of them, or remove the row",
);
