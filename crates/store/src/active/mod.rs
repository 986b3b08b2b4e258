//! The active store: what is sealed, and the pseudonymous relations.

pub mod batches;
pub mod contacts;
pub mod erasures;
pub mod events;
pub mod holders;
pub mod holds;
pub mod imports;
pub mod orders;
pub mod records;
pub mod runs;
pub mod statistics;
pub mod stores;

pub(crate) const STATEMENTS: &[&[&str]] = &[
    batches::STATEMENTS,
    contacts::STATEMENTS,
    erasures::STATEMENTS,
    events::STATEMENTS,
    holders::STATEMENTS,
    holds::STATEMENTS,
    imports::STATEMENTS,
    orders::STATEMENTS,
    records::STATEMENTS,
    runs::STATEMENTS,
    statistics::STATEMENTS,
    stores::STATEMENTS,
];

pub(crate) const HOT: &[&[&str]] = &[
    batches::HOT,
    contacts::HOT,
    holds::HOT,
    orders::HOT,
    records::HOT,
];
