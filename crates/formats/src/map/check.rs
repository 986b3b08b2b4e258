//! What a map must have, and what cannot both be true.

use super::file::{Columns, Constants, MapFile, Rows};
use super::{Dates, Kind, Map, MapError};
use crate::text::TextEncoding;
use crate::values::Currency;

const ONLY_ORDERS: [&str; 15] = [
    "reference",
    "external_id",
    "ordered_at",
    "paid_at",
    "fulfilled_at",
    "cancelled_at",
    "delivered_at",
    "refunded_at",
    "currency",
    "total",
    "refunded",
    "financial_status",
    "fulfillment_status",
    "billing.",
    "shipping.",
];
const ONLY_ORDERS_TABLES: [&str; 2] = ["line.", "attributes."];
const ONLY_CUSTOMERS: [&str; 2] = ["created_at", "address."];

pub(super) fn check(file: MapFile) -> Result<Map, MapError> {
    check_names(&file.columns)?;
    check_kind(&file)?;
    check_rows(&file)?;
    check_constants(&file.columns, &file.constants)?;
    let currency = file
        .constants
        .currency
        .as_deref()
        .map(Currency::parse)
        .transpose()
        .map_err(|fault| MapError::new("constants.currency", fault.reason))?;
    check_flags(&file.yes, &file.no)?;
    Ok(Map {
        kind: file.kind,
        group_by: file.group_by,
        delimiter: file.delimiter.as_deref().map(delimiter).transpose()?,
        encoding: file.encoding.as_deref().map(encoding).transpose()?,
        decimal: decimal(file.decimal.as_deref())?,
        dates: Dates::new(file.dates, file.time_zone.as_deref())?,
        yes: file.yes,
        no: file.no,
        columns: file.columns,
        constants: file.constants,
        currency,
    })
}

fn check_names(columns: &Columns) -> Result<(), MapError> {
    for (key, column) in columns.used() {
        if column.names().is_empty() || column.names().iter().any(|name| name.trim().is_empty()) {
            return Err(MapError::new(
                key,
                "names no column: write a column of the file, or remove it",
            ));
        }
    }
    Ok(())
}

fn check_kind(file: &MapFile) -> Result<(), MapError> {
    let (foreign, other): (Vec<&str>, _) = match file.kind {
        Kind::Orders => (ONLY_CUSTOMERS.to_vec(), "customers"),
        Kind::Customers => ([&ONLY_ORDERS[..], &ONLY_ORDERS_TABLES].concat(), "orders"),
    };
    for (key, _) in file.columns.used() {
        let name = key.strip_prefix("columns.").unwrap_or(&key);
        if foreign
            .iter()
            .any(|f| name == *f || f.ends_with('.') && name.starts_with(f))
        {
            let reason = format!("only {other} have this: remove it, or set `kind = \"{other}\"`");
            return Err(MapError::new(key, reason));
        }
    }
    let columns = &file.columns;
    match file.kind {
        Kind::Orders if columns.reference.is_none() && columns.external_id.is_none() => {
            Err(MapError::new(
                "columns.reference",
                "an order needs a number or an id, by which the same order is known again: name \
                 its column here or in `columns.external_id`",
            ))
        }
        Kind::Customers
            if [&columns.customer_id, &columns.email, &columns.phone]
                .iter()
                .all(|c| c.is_none()) =>
        {
            Err(MapError::new(
                "columns.email",
                "a customer needs an e-mail address, an id or a phone number to be found by: name \
                 its column here, in `columns.customer_id` or in `columns.phone`",
            ))
        }
        _ => Ok(()),
    }
}

fn check_rows(file: &MapFile) -> Result<(), MapError> {
    match (file.kind, file.rows, &file.group_by) {
        (Kind::Customers, Some(_), _) => Err(MapError::new(
            "rows",
            "customers have one row each: remove it",
        )),
        (Kind::Customers, _, Some(_)) => Err(MapError::new(
            "group_by",
            "customers have one row each: remove it",
        )),
        (Kind::Orders, Some(Rows::Line), None) => Err(MapError::new(
            "group_by",
            "with `rows = \"line\"` it must name the column that says which rows are one order",
        )),
        (Kind::Orders, None | Some(Rows::Order), Some(_)) => Err(MapError::new(
            "group_by",
            "rows are grouped only with `rows = \"line\"`: add that, or remove this",
        )),
        (Kind::Orders, Some(Rows::Line), Some(_)) if file.columns.line.is_none() => {
            Err(MapError::new(
                "columns.line",
                "with `rows = \"line\"` it must say which columns describe the line",
            ))
        }
        _ => Ok(()),
    }
}

/// A value is either in the file or the same for all of it.
fn check_constants(columns: &Columns, constants: &Constants) -> Result<(), MapError> {
    let used = columns.used();
    let is_used = |key: &str| used.iter().any(|(used, _)| used == key);
    let set = [
        ("currency", constants.currency.is_some()),
        ("accepts_marketing", constants.accepts_marketing.is_some()),
        ("financial_status", constants.financial_status.is_some()),
        ("fulfillment_status", constants.fulfillment_status.is_some()),
        ("billing.country", constants.country.is_some()),
        ("shipping.country", constants.country.is_some()),
        ("address.country", constants.country.is_some()),
    ];
    for (key, is_set) in set {
        let column = format!("columns.{key}");
        if is_set && is_used(&column) {
            let name = key.rsplit('.').next().unwrap_or(key);
            let reason = format!("`constants.{name}` says the same: keep one of the two");
            return Err(MapError::new(column, reason));
        }
    }
    let has_currency = constants.currency.is_some() || columns.currency.is_some();
    for amount in ["columns.total", "columns.refunded", "columns.line.price"] {
        if is_used(amount) && !has_currency {
            let reason = "an amount needs a currency, which says how many decimals it has: add \
                          `columns.currency` or `constants.currency`";
            return Err(MapError::new(amount, reason));
        }
    }
    Ok(())
}

fn check_flags(yes: &[String], no: &[String]) -> Result<(), MapError> {
    match yes
        .iter()
        .find(|word| no.iter().any(|n| n.eq_ignore_ascii_case(word)))
    {
        Some(word) => Err(MapError::new(
            "no",
            format!("`{word}` is also in `yes`: keep it in one of the two"),
        )),
        None => Ok(()),
    }
}

fn delimiter(text: &str) -> Result<u8, MapError> {
    match text.as_bytes() {
        [one @ (b',' | b';' | b'\t' | b'|' | b':' | b'~' | b'^')] => Ok(*one),
        _ => Err(MapError::new(
            "delimiter",
            "must be one of , ; | : ~ ^ or \\t",
        )),
    }
}

fn encoding(label: &str) -> Result<TextEncoding, MapError> {
    TextEncoding::for_label(label).ok_or_else(|| {
        MapError::new(
            "encoding",
            "not an encoding: write a name such as utf-8 or windows-1252",
        )
    })
}

fn decimal(text: Option<&str>) -> Result<u8, MapError> {
    match text {
        None | Some(".") => Ok(b'.'),
        Some(",") => Ok(b','),
        Some(_) => Err(MapError::new("decimal", "must be \".\" or \",\"")),
    }
}
