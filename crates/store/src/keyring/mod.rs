//! The keyring: wrapped keys, look-up hashes, credentials and open intents.

pub mod counters;
pub mod credentials;
pub mod data_keys;
pub mod epochs;
pub mod intents;
pub mod known_orders;
pub mod lookups;
pub mod service_keys;
pub mod subject_keys;

pub(crate) const STATEMENTS: &[&[&str]] = &[
    counters::STATEMENTS,
    credentials::STATEMENTS,
    data_keys::STATEMENTS,
    epochs::STATEMENTS,
    intents::STATEMENTS,
    known_orders::STATEMENTS,
    lookups::STATEMENTS,
    service_keys::STATEMENTS,
    subject_keys::STATEMENTS,
];
