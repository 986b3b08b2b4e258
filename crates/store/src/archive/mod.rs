//! The archive: sealed to keys that are not on this machine.

pub mod records;

pub(crate) const STATEMENTS: &[&[&str]] = &[records::STATEMENTS];

pub(crate) const HOT: &[&[&str]] = &[records::HOT];
