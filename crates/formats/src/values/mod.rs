//! The small notations inside cells: dates, amounts, flags, ids, addresses.

mod amount;
mod date;
mod plain;

pub(crate) use amount::{Currency, minor_units};
pub(crate) use date::offset_date_time;
pub(crate) use plain::{id, join_name, personal, quantity, unquoted, yes_no};
