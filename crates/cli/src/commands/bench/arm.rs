//! What is compared: Lethe, and what a shop would use in its place.

use super::postgres::Sealing;
use clap::ValueEnum;
use serde::{Serialize, Serializer};

/// One of the things compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arm {
    /// Lethe on SQLite, over HTTP
    Lethe,
    /// Lethe on SQLite, over its Unix socket
    LetheUnix,
    /// PostgreSQL + pgcrypto, `pgp_sym_encrypt` as it comes, with an audit row per act
    Pgcrypto,
    /// The same with `s2k-mode=1`: next to no key stretching
    PgcryptoS2k1,
    /// The same with `encrypt_iv`: raw AES-CBC, nothing authenticated
    PgcryptoAes,
    /// PostgreSQL, nothing encrypted, nothing logged
    Plain,
    /// A Databunker server of yours (`--databunker`)
    Databunker,
}

impl Arm {
    /// All of them, in the order they are shown in.
    pub(crate) const ALL: [Self; 7] = [
        Self::Lethe,
        Self::LetheUnix,
        Self::Pgcrypto,
        Self::PgcryptoS2k1,
        Self::PgcryptoAes,
        Self::Plain,
        Self::Databunker,
    ];

    /// The arm that others are set in proportion to: the fastest that encrypts and logs in SQL.
    pub(crate) const BASE: Self = Self::PgcryptoAes;

    /// The name, as the command line and the tables have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lethe => "lethe",
            Self::LetheUnix => "lethe-unix",
            Self::Pgcrypto => "pgcrypto",
            Self::PgcryptoS2k1 => "pgcrypto-s2k1",
            Self::PgcryptoAes => "pgcrypto-aes",
            Self::Plain => "plain",
            Self::Databunker => "databunker",
        }
    }

    /// How the arm seals values in PostgreSQL, if it is one of PostgreSQL's.
    pub(crate) fn sealing(self) -> Option<Sealing> {
        match self {
            Self::Pgcrypto => Some(Sealing::Pgp),
            Self::PgcryptoS2k1 => Some(Sealing::PgpS2k1),
            Self::PgcryptoAes => Some(Sealing::Aes),
            Self::Plain => Some(Sealing::None),
            Self::Lethe | Self::LetheUnix | Self::Databunker => None,
        }
    }
}

impl Serialize for Arm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a client does once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    /// A new customer with an order.
    Create,
    /// A customer by e-mail address.
    Find,
    /// Six fields out of two records of an order.
    Reveal,
}

impl Operation {
    pub(crate) const ALL: [Self; 3] = [Self::Create, Self::Find, Self::Reveal];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Find => "find",
            Self::Reveal => "reveal",
        }
    }
}
