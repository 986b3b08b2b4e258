//! Ids of the things that tables are keyed by. None of them leaves the house: outside, tokens do.

use crate::{Category, Random};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = 16;

            /// Makes a fresh id: UUID version 7 (RFC 9562 §5.7), so that rows made together lie
            /// together on disk.
            pub fn generate(now_ms: i64, random: &dyn Random) -> Self {
                Self::from_parts(now_ms, random.bytes::<10>())
            }

            /// Makes an id of a moment and random bytes drawn by the caller.
            pub fn from_parts(now_ms: i64, random: [u8; 10]) -> Self {
                let mut id = [0; 16];
                id[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
                id[6..].copy_from_slice(&random);
                id[6] = (id[6] & 0x0f) | 0x70;
                id[8] = (id[8] & 0x3f) | 0x80;
                Self(id)
            }

            /// Wraps bytes read from a table or a token.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Wraps bytes read from a table; `None` when the length is wrong.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// Returns the bytes, as tables hold them.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(", stringify!($name))?;
                for byte in &self.0[..4] {
                    write!(f, "{byte:02x}")?;
                }
                f.write_str("…)")
            }
        }
    };
}

id! {
    /// One data subject (GDPR Art. 4(1)) of one store: the unit of quotas, scope and erasure.
    SubjectId
}
id! {
    /// One order of a subject, or [`OrderId::ACCOUNT`] for what belongs to no order.
    OrderId
}

impl OrderId {
    /// Stands for the customer account itself in record ids.
    pub const ACCOUNT: Self = Self([0; 16]);

    /// Says whether this is the account rather than an order.
    pub fn is_account(&self) -> bool {
        *self == Self::ACCOUNT
    }
}

/// Names one record: one category's personal fields of one subject in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    /// Whose data it is. First in every key, so that tables can be distributed by it.
    pub subject: SubjectId,
    /// Which order it came with.
    pub order: OrderId,
    /// Which kind of record.
    pub category: Category,
}

/// A subject's number in the access log; the keyring alone knows whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectNumber(pub u64);
