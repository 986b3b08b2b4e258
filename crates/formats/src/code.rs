//! The stable reason codes: what a refused row or file is called in reports, tests and scripts.
//!
//! A code never changes its meaning. The list with what to do about each is in `docs/import.md`; a
//! test holds the two together.

/// The row has fewer or more fields than the header has columns.
pub const FIELD_COUNT: &str = "field_count";
/// A single row is larger than the bound: most often a quotation mark that is never closed.
pub const ROW_TOO_LONG: &str = "row_too_long";
/// A quotation mark is still open at the end of the file.
pub const QUOTE_OPEN: &str = "quote_open";
/// The input could not be read any further.
pub const READ_FAILED: &str = "read_failed";
/// A cell that every row must fill is empty.
pub const CELL_MISSING: &str = "cell_missing";
/// A further line of an order whose first row is not directly above it.
pub const ORPHAN_LINE: &str = "orphan_line";
/// An order has more lines or more text than the bound.
pub const ORDER_TOO_LARGE: &str = "order_too_large";
/// A date is not written in the expected form, or does not exist in the calendar.
pub const DATE_INVALID: &str = "date_invalid";
/// An amount is not a number in the expected form.
pub const AMOUNT_INVALID: &str = "amount_invalid";
/// An amount has more decimals than its currency.
pub const AMOUNT_PRECISION: &str = "amount_precision";
/// There is an amount but no currency, so its decimals mean nothing.
pub const CURRENCY_MISSING: &str = "currency_missing";
/// The currency is not a three-letter code.
pub const CURRENCY_INVALID: &str = "currency_invalid";
/// A whole number was expected.
pub const NUMBER_INVALID: &str = "number_invalid";
/// Yes or no was expected.
pub const YES_NO_INVALID: &str = "yes_no_invalid";
/// A spreadsheet has rounded an id to a few digits (`5.12E+12`).
pub const ID_ROUNDED: &str = "id_rounded";
/// The text is not valid JSON.
pub const JSON_INVALID: &str = "json_invalid";
/// The input ends within an object or a list.
pub const JSON_CUT_OFF: &str = "json_cut_off";
/// A member stands twice in one object.
pub const JSON_DUPLICATE: &str = "json_duplicate";
/// A member is a list where a text should be, or the like.
pub const MEMBER_TYPE: &str = "member_type";
/// An object is something other than an order.
pub const NOT_AN_ORDER: &str = "not_an_order";

/// Every code a row can be refused with, in the order of the documentation.
pub const ROW_CODES: &[&str] = &[
    FIELD_COUNT,
    ROW_TOO_LONG,
    QUOTE_OPEN,
    READ_FAILED,
    CELL_MISSING,
    ORPHAN_LINE,
    ORDER_TOO_LARGE,
    DATE_INVALID,
    AMOUNT_INVALID,
    AMOUNT_PRECISION,
    CURRENCY_MISSING,
    CURRENCY_INVALID,
    NUMBER_INVALID,
    YES_NO_INVALID,
    ID_ROUNDED,
    JSON_INVALID,
    JSON_CUT_OFF,
    JSON_DUPLICATE,
    MEMBER_TYPE,
    NOT_AN_ORDER,
];

/// The file has no content.
pub const FILE_EMPTY: &str = "file_empty";
/// A column without which the file is not what it is said to be.
pub const COLUMN_MISSING: &str = "column_missing";
/// The input does not begin like JSON.
pub const NOT_JSON: &str = "not_json";
/// A map has a mistake or a contradiction, or names a column that the file does not have.
pub const MAP_INVALID: &str = "map_invalid";

/// Every code a whole file can be refused with, beside [`READ_FAILED`] and [`ROW_TOO_LONG`].
pub const FILE_CODES: &[&str] = &[FILE_EMPTY, COLUMN_MISSING, NOT_JSON, MAP_INVALID];
