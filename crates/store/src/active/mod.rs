//! The active store: what is sealed, and the pseudonymous relations.

pub mod batches;
pub mod imports;
pub mod orders;
pub mod records;
pub mod stores;

pub(crate) const STATEMENTS: &[&[&str]] = &[
    batches::STATEMENTS,
    imports::STATEMENTS,
    orders::STATEMENTS,
    records::STATEMENTS,
    stores::STATEMENTS,
];
