//! What grows with the number of people, and what runs for every request: the ground for spreading a
//! PostgreSQL over several machines (Citus distributes a table by one column).

use crate::{Kind, active, archive, journal, keyring};

/// A table with rows for every person or order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowingTable {
    /// Its database.
    pub kind: Kind,
    /// Its name.
    pub name: &'static str,
    /// The column to distribute it by: the first of its primary key, so that no key spans machines.
    pub by: &'static str,
    /// The table whose rows of the same value lie on the same machine.
    pub beside: &'static str,
}

/// All of them. Every other table is small: settings, credentials, open acts, counts of groups.
///
/// `subject_keys` also promises that no number is given out twice, by a `UNIQUE` without its
/// distribution column. Citus cannot keep that promise; `keyring::counters` gives numbers out once.
pub const GROWING_TABLES: &[GrowingTable] = &[
    of_subject(Kind::Active, "contacts"),
    of_subject(Kind::Active, "counted_buyers"),
    of_subject(Kind::Active, "held_records"),
    of_subject(Kind::Active, "order_events"),
    of_subject(Kind::Active, "orders"),
    of_subject(Kind::Active, "records"),
    of_subject(Kind::Keyring, "archive_subjects"),
    of_subject(Kind::Keyring, "data_keys"),
    of_subject(Kind::Keyring, "subject_keys"),
    of_hash("known_orders"),
    of_hash("lookups"),
    of_subject(Kind::Archive, "archived_records"),
    GrowingTable {
        kind: Kind::Journal,
        name: "chunks",
        by: "origin",
        beside: "chunks",
    },
];

const fn of_subject(kind: Kind, name: &'static str) -> GrowingTable {
    let beside = match kind {
        Kind::Active | Kind::Journal => "records",
        Kind::Keyring => "data_keys",
        Kind::Archive => "archived_records",
    };
    GrowingTable {
        kind,
        name,
        by: "subject_id",
        beside,
    }
}

const fn of_hash(name: &'static str) -> GrowingTable {
    GrowingTable {
        kind: Kind::Keyring,
        name,
        by: "hash",
        beside: "lookups",
    }
}

/// The statements that run for every reveal, every search and every order that is taken in. None of
/// them may have to ask more than one machine.
pub fn hot_statements() -> impl Iterator<Item = (Kind, &'static str)> {
    let of = |kind, groups: &'static [&'static [&'static str]]| {
        let statements = groups.iter().flat_map(|group| group.iter());
        statements.map(move |sql| (kind, *sql))
    };
    of(Kind::Active, active::HOT)
        .chain(of(Kind::Keyring, keyring::HOT))
        .chain(of(Kind::Archive, archive::HOT))
        .chain(of(Kind::Journal, journal::HOT))
}
