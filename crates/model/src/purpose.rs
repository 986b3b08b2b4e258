//! Purposes: why personal data is used (GDPR Art. 5(1)(b)).

use std::fmt;

/// Why somebody looks. A closed list, so that grants and scope answers can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Purpose {
    /// Picking, packing, shipping, returns.
    Fulfilment = 0,
    /// Answering a customer.
    Support = 1,
    /// Invoices, accounting, tax.
    Invoicing = 2,
    /// Messages that sell.
    Marketing = 3,
    /// Checking for fraud.
    FraudCheck = 4,
    /// A request of the person under GDPR Art. 15-22.
    SubjectRequest = 5,
    /// A legal claim or an order of an authority.
    Legal = 6,
    /// Finding and telling the people of a breach.
    BreachResponse = 7,
}

/// A purpose that is not on the list.
#[derive(Debug, thiserror::Error)]
#[error(
    "no such purpose; use one of fulfilment, support, invoicing, marketing, fraud-check, \
     subject-request, legal, breach-response"
)]
pub struct UnknownPurpose;

impl Purpose {
    /// Every purpose, by number.
    pub const ALL: [Self; 8] = [
        Self::Fulfilment,
        Self::Support,
        Self::Invoicing,
        Self::Marketing,
        Self::FraudCheck,
        Self::SubjectRequest,
        Self::Legal,
        Self::BreachResponse,
    ];

    /// Returns its name in interfaces and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fulfilment => "fulfilment",
            Self::Support => "support",
            Self::Invoicing => "invoicing",
            Self::Marketing => "marketing",
            Self::FraudCheck => "fraud-check",
            Self::SubjectRequest => "subject-request",
            Self::Legal => "legal",
            Self::BreachResponse => "breach-response",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.name() == text)
            .ok_or(UnknownPurpose)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of purposes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PurposeSet(u8);

impl PurposeSet {
    /// Returns every purpose. For the operator's own credential.
    pub fn all() -> Self {
        Purpose::ALL.into_iter().collect()
    }

    /// Says whether `purpose` is in the set.
    pub const fn contains(self, purpose: Purpose) -> bool {
        self.0 & (1 << purpose as u8) != 0
    }

    /// Says whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the purposes of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the bits: bit `n` stands for the purpose with number `n`.
    pub fn bits(self) -> u64 {
        u64::from(self.0)
    }

    /// Reads bits; `None` when one of them stands for no purpose.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let set: Self = Purpose::ALL
            .into_iter()
            .filter(|purpose| bits & (1 << *purpose as u8) != 0)
            .collect();
        (set.bits() == bits).then_some(set)
    }

    /// Lists the purposes by number.
    pub fn iter(self) -> impl Iterator<Item = Purpose> {
        Purpose::ALL
            .into_iter()
            .filter(move |purpose| self.contains(*purpose))
    }
}

impl FromIterator<Purpose> for PurposeSet {
    fn from_iter<I: IntoIterator<Item = Purpose>>(purposes: I) -> Self {
        Self(
            purposes
                .into_iter()
                .fold(0, |bits, purpose| bits | 1 << purpose as u8),
        )
    }
}

impl fmt::Debug for PurposeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
