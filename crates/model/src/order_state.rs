//! The states an order's records can be in, and sets of them: a grant may end with the shipment.

use std::fmt;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum OrderState {
    /// Not shipped yet, and not cancelled.
    Unshipped = 0,
    /// Shipped, in whole or, as far as the shop says, in part.
    Shipped = 1,
    /// Cancelled before it was shipped.
    Cancelled = 2,
    /// No order at all: the account's own records.
    Account = 3,
}

impl OrderState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Unshipped,
        Self::Shipped,
        Self::Cancelled,
        Self::Account,
    ];

    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unshipped => "unshipped",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
            Self::Account => "account",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// A set of states.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OrderStates(u8);

impl OrderStates {
    /// Every state.
    pub const ALL: Self = Self(0b1111);

    /// Says whether `state` is in the set.
    pub const fn contains(self, state: OrderState) -> bool {
        self.0 & (1 << state as u8) != 0
    }

    /// Says whether every state of these is one of `wider`'s.
    pub const fn within(self, wider: Self) -> bool {
        self.0 & !wider.0 == 0
    }

    /// Returns the states of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the bits: bit `n` stands for the state with number `n`.
    pub fn bits(self) -> u64 {
        u64::from(self.0)
    }

    /// Reads bits; `None` when one of them stands for no state.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let set: Self = OrderState::ALL
            .into_iter()
            .filter(|state| bits & (1 << *state as u8) != 0)
            .collect();
        (set.bits() == bits).then_some(set)
    }

    /// Lists them.
    pub fn iter(self) -> impl Iterator<Item = OrderState> {
        OrderState::ALL
            .into_iter()
            .filter(move |state| self.contains(*state))
    }
}

impl Default for OrderStates {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<OrderState> for OrderStates {
    fn from_iter<I: IntoIterator<Item = OrderState>>(states: I) -> Self {
        Self(
            states
                .into_iter()
                .fold(0, |bits, state| bits | 1 << state as u8),
        )
    }
}

impl fmt::Debug for OrderStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
