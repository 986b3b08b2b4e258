//! Rules: what becomes of the records of one category.

use std::fmt;

use serde::{Serialize, Serializer};

use lethe_model::{Category, FieldSet};

use crate::{OrderClock, Period, StartEvent};

/// One rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique.
    pub name: String,
    /// Whose records it rules.
    pub category: Category,
    /// The shop it is for; none is every shop without a rule of its own.
    pub store: Option<String>,
    /// How long a record stays in the active store.
    pub active: Term,
    /// What happens then.
    pub then: RuleThen,
    /// The legal basis of keeping it, GDPR Art. 6.
    pub basis: String,
    /// Where the term comes from.
    pub reference: String,
}

/// A period, and the event it is counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The event.
    pub start: StartEvent,
    /// How long.
    pub period: Period,
    /// What to count from where the event's day is unknown, in this order.
    pub substitutes: Vec<Substitute>,
}

/// Another event to count from, and how much later the real one is taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Substitute {
    /// The event.
    pub start: StartEvent,
    /// How much later; none is the same day.
    pub plus: Option<Period>,
}

/// What a rule does when its term is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleThen {
    /// The record is erased.
    Erase,
    /// The record is erased and lives on only in statistics.
    Anonymise,
    /// A sorted part goes to the archive; the rest is erased.
    Archive(Archive),
}

impl RuleThen {
    /// Returns the name used in the policy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Erase => "erase",
            Self::Anonymise => "anonymise",
            Self::Archive(_) => "archive",
        }
    }
}

/// What goes to the archive, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Which fields. Never empty.
    pub fields: FieldSet,
    /// Whose key it is sealed to.
    pub sealed_to: SealedTo,
    /// Which records go there at all; the others are erased.
    pub only_if: OnlyIf,
    /// Why it is kept and until when; the latest that applies decides. Never empty.
    pub keeps: Vec<KeepRule>,
}

/// One reason to keep a record in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRule {
    /// Its name, unique in its rule; archived records remember it.
    pub name: String,
    /// Until when.
    pub term: Term,
    /// Where it comes from.
    pub reference: String,
    /// Whether the law forbids to erase before its end, on request too.
    pub minimum: bool,
    /// Which orders it applies to; none is all.
    pub when: Option<When>,
}

/// A condition on an order's total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The smallest total, in the currency's minor unit.
    pub total_at_least: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl When {
    /// Says whether it holds. A total that is unknown or in another currency may be as large, so
    /// it does.
    pub fn holds(&self, order: &OrderClock) -> bool {
        let is_comparable = order.currency.as_ref() == Some(&self.currency);
        !is_comparable
            || order
                .total_minor
                .is_none_or(|total| total >= self.total_at_least)
    }
}

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$each:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[$each])* $variant,)+ }

        impl $type {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the name used in the policy.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

names! {
    /// Whose key an archived part is sealed to.
    SealedTo {
        /// The archive key of the order's financial year.
        FinancialYear = "financial-year",
        /// The key that is opened to warn people of a breach.
        Notification = "notification",
    }
}

names! {
    /// Which orders an archive takes.
    OnlyIf {
        /// All of them.
        Always = "always",
        /// Those with a sale to account for ([`OrderClock::is_owed`]).
        Owed = "owed",
        /// Those whose day of payment is known.
        Paid = "paid",
    }
}

impl OnlyIf {
    /// Says whether the archive takes this order.
    pub fn holds(self, order: &OrderClock) -> bool {
        match self {
            Self::Always => true,
            Self::Owed => order.is_owed(),
            Self::Paid => order.paid.is_some(),
        }
    }
}
