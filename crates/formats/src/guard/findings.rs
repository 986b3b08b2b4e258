//! What was found where, and how often.

use std::borrow::Cow;
use std::fmt;
use std::ops::{AddAssign, Range};

/// A kind of value that is kept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The number of a payment card.
    CardNumber,
    /// The three or four digits that prove possession of a card.
    CardCode,
    /// The words from which a wallet's keys are made (BIP-39).
    RecoveryPhrase,
    /// A private key: extended, in wallet import format, as hex, or PEM.
    PrivateKey,
    /// A password written after its name.
    Password,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::CardNumber,
        Self::CardCode,
        Self::RecoveryPhrase,
        Self::PrivateKey,
        Self::Password,
    ];

    /// Returns the stable name, for reports and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::CardNumber => "card_number",
            Self::CardCode => "card_code",
            Self::RecoveryPhrase => "recovery_phrase",
            Self::PrivateKey => "private_key",
            Self::Password => "password",
        }
    }

    /// Returns what is put in its place.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::CardNumber => "[removed: card number]",
            Self::CardCode => "[removed: card code]",
            Self::RecoveryPhrase => "[removed: recovery phrase]",
            Self::PrivateKey => "[removed: private key]",
            Self::Password => "[removed: password]",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One stretch of text that must not be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// Everything found in one text: in its order and without overlaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Sorts, and joins what overlaps under the kind that begins first.
    pub(super) fn new(mut found: Vec<Finding>) -> Self {
        if found.len() > 1 {
            found.sort_by_key(|finding| (finding.span.start, usize::MAX - finding.span.end));
            found.dedup_by(|later, earlier| {
                let overlaps = later.span.start < earlier.span.end;
                if overlaps {
                    earlier.span.end = earlier.span.end.max(later.span.end);
                }
                overlaps
            });
        }
        Self(found)
    }

    /// Says whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes through the findings in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }

    /// Counts them by kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.0 {
            counts.0[finding.kind as usize] += 1;
        }
        counts
    }
}

/// How many of each kind were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Kind::ALL.len()]);

impl Counts {
    /// Returns how many of one kind were found.
    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Returns how many were found in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Goes through the kinds of which there was at least one.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u64)> {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind, self.of(kind)))
            .filter(|(_, count)| *count > 0)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (sum, count) in self.0.iter_mut().zip(other.0) {
            *sum += count;
        }
    }
}

/// A text without what must not be stored, and what was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'t> {
    /// The text; borrowed when nothing was found.
    pub text: Cow<'t, str>,
    /// How many findings of each kind were replaced.
    pub findings: Counts,
}
