//! The keyring: wrapped keys, look-up hashes, credentials and open intents.

pub mod alerts;
pub mod archive_keys;
pub mod archive_subjects;
pub mod break_glass;
pub mod counters;
pub mod credentials;
pub mod data_keys;
pub mod epochs;
pub mod intents;
pub mod known_orders;
pub mod lookups;
pub mod policies;
pub mod proposals;
pub mod service_keys;
pub mod settings;
pub mod staff;
pub mod subject_keys;
pub mod tallies;
pub mod vendor_keys;

pub(crate) const STATEMENTS: &[&[&str]] = &[
    alerts::STATEMENTS,
    archive_keys::STATEMENTS,
    archive_subjects::STATEMENTS,
    break_glass::STATEMENTS,
    counters::STATEMENTS,
    credentials::STATEMENTS,
    data_keys::STATEMENTS,
    epochs::STATEMENTS,
    intents::STATEMENTS,
    known_orders::STATEMENTS,
    lookups::STATEMENTS,
    policies::STATEMENTS,
    proposals::STATEMENTS,
    service_keys::STATEMENTS,
    settings::STATEMENTS,
    staff::STATEMENTS,
    subject_keys::STATEMENTS,
    tallies::STATEMENTS,
    vendor_keys::STATEMENTS,
];

pub(crate) const HOT: &[&[&str]] = &[
    archive_subjects::HOT,
    data_keys::HOT,
    intents::HOT,
    known_orders::HOT,
    lookups::HOT,
    subject_keys::HOT,
];
