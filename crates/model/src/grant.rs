//! Grants: what a credential may do.

use crate::{FieldSet, Networks, OrderStates, PurposeSet, Quota};
use std::fmt;

/// A kind of act beyond revealing fields. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Power {
    /// Reveal the granted fields, and look people up by them.
    Reveal = 0,
    /// List orders and subjects as tokens, without any personal field.
    List = 1,
    /// Hand in orders and customers.
    Intake = 2,
    /// Create, list, revoke and rotate keys.
    Keys = 3,
    /// Read the access log's bodies.
    Audit = 4,
    /// Approve what somebody else has asked for.
    Approve = 5,
    /// Ask for the erasure of people, and follow it.
    Erase = 6,
    /// Adopt policies, place holds, run retention, ask for archived records.
    Retention = 7,
}

impl Power {
    /// Every power.
    pub const ALL: [Self; 8] = [
        Self::Reveal,
        Self::List,
        Self::Intake,
        Self::Keys,
        Self::Audit,
        Self::Approve,
        Self::Erase,
        Self::Retention,
    ];

    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reveal => "reveal",
            Self::List => "list",
            Self::Intake => "intake",
            Self::Keys => "keys",
            Self::Audit => "audit",
            Self::Approve => "approve",
            Self::Erase => "erase",
            Self::Retention => "retention",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|power| power.name() == text)
    }
}

/// A set of powers.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PowerSet(u8);

impl PowerSet {
    /// Says whether `power` is in the set.
    pub const fn contains(self, power: Power) -> bool {
        self.0 & (1 << power as u8) != 0
    }

    /// Returns the powers of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the bits: bit `n` stands for the power with number `n`.
    pub fn bits(self) -> u64 {
        u64::from(self.0)
    }

    /// Reads bits; `None` when one of them stands for no power.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let set: Self = Power::ALL
            .into_iter()
            .filter(|power| bits & (1 << *power as u8) != 0)
            .collect();
        (set.bits() == bits).then_some(set)
    }

    /// Lists the powers.
    pub fn iter(self) -> impl Iterator<Item = Power> {
        Power::ALL
            .into_iter()
            .filter(move |power| self.contains(*power))
    }
}

impl FromIterator<Power> for PowerSet {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Self {
        Self(
            powers
                .into_iter()
                .fold(0, |bits, power| bits | 1 << power as u8),
        )
    }
}

impl fmt::Debug for PowerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What a credential may do: fields × purposes × states of orders × powers, bounded by quotas,
/// networks and a date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grant {
    /// The fields it may reveal.
    pub fields: FieldSet,
    /// The purposes it may state.
    pub purposes: PurposeSet,
    /// The states of an order in which it may reveal its records.
    pub states: OrderStates,
    /// What else it may do.
    pub powers: PowerSet,
    /// How much it may meet, over time.
    pub quota: Quota,
    /// From where it may be used.
    pub networks: Networks,
    /// Unix milliseconds from which it is refused; `None` only for the operator.
    pub expires_at_ms: Option<i64>,
    /// Who answers for it: a name or a team, not an address. Keys of one owner share a quota.
    pub owner: Option<String>,
}

impl Grant {
    /// Says whether this lets nothing through that `wider` would refuse.
    pub fn within(&self, wider: &Self) -> bool {
        let ends_no_later = match (self.expires_at_ms, wider.expires_at_ms) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(theirs)) => mine <= theirs,
        };
        ends_no_later
            && wider.fields.covers(self.fields)
            && self.purposes.iter().all(|one| wider.purposes.contains(one))
            && self.powers.iter().all(|one| wider.powers.contains(one))
            && self.states.within(wider.states)
            && (!self.powers.contains(Power::Reveal) || self.quota.within(&wider.quota))
            && self.networks.within(&wider.networks)
    }
}
