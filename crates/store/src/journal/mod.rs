//! The journal: what several vaults append to in one order. Only there when the databases are on a
//! server; a vault with files of its own needs no order but its own.

pub mod chunks;
pub mod origins;
pub mod turns;

pub(crate) const STATEMENTS: &[&[&str]] =
    &[chunks::STATEMENTS, origins::STATEMENTS, turns::STATEMENTS];

/// What runs for every group of reveals, but for reading what the others appended: that asks the
/// machines of all logs, of which there are as many as vaults.
pub(crate) const HOT: &[&[&str]] = &[chunks::HOT];
