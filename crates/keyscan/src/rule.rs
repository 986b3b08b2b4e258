//! What a rule says: how a key of one kind is recognised.

use crate::found::{Evidence, Vendor};
use crate::lethe::{Checked, DERIVED_MAX, LetheKey};
#[cfg(test)]
use crate::shape;
use crate::shape::{Class, Part, is_random, matched, may_begin};

/// How a key of one kind is recognised.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) vendor: Vendor,
    pub(crate) kind: &'static str,
    pub(crate) find: Find,
}

/// Where to look and what must stand there.
#[derive(Debug)]
pub(crate) enum Find {
    /// A prefix that no other vendor uses, and the rest of the key.
    Prefix(&'static str, &'static [Part]),
    /// So many characters of a class before a text, and the rest after it.
    Around(Class, usize, &'static str, &'static [Part]),
    /// A key without a mark of its own, shortly after a word.
    Near {
        /// In small letters; any case is found.
        words: &'static [&'static str],
        /// One of these must stand between the word and the key, or be in the word; empty: none.
        also: &'static [&'static str],
        shape: &'static [Part],
        /// Only a key with capitals, small letters and digits: no hash and no word.
        is_mixed: bool,
    },
    /// One of Lethe's own.
    Lethe(LetheKey),
}

/// Where a key may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) evidence: Evidence,
}

/// How far after its word a key without a mark may begin, in bytes.
pub(crate) const NEAR: usize = 96;
/// No word is longer.
pub(crate) const WORD_MAX: usize = 32;
/// No key is longer.
pub(crate) const KEY_MAX: usize = DERIVED_MAX + 16;

impl Rule {
    /// Returns the texts to search for.
    pub(crate) fn texts(&self) -> Vec<&'static str> {
        match &self.find {
            Find::Prefix(text, _) | Find::Around(_, _, text, _) => vec![text],
            Find::Near { words, .. } => words.to_vec(),
            Find::Lethe(key) => vec![key.prefix()],
        }
    }

    /// Returns the published beginning of such keys.
    pub(crate) fn prefix(&self) -> &'static str {
        match &self.find {
            Find::Prefix(text, _) => text,
            Find::Lethe(key) => key.prefix(),
            Find::Around(..) => "",
            Find::Near { shape, .. } => match shape.first() {
                Some(Part::Text(text)) => text,
                _ => "",
            },
        }
    }

    /// Looks at the place where one of the texts stands, in any case.
    pub(crate) fn look(&self, bytes: &[u8], start: usize, end: usize) -> Option<Hit> {
        let has_case = |text: &str| bytes[start..end] == *text.as_bytes();
        match &self.find {
            Find::Prefix(text, rest) => {
                (has_case(text) && may_begin(bytes, start)).then_some(())?;
                let length = matched(rest, &bytes[end..])?;
                is_random(&bytes[end..end + length]).then_some(())?;
                Some(Hit {
                    start,
                    end: end + length,
                    evidence: Evidence::Format,
                })
            }
            Find::Around(class, count, text, rest) => {
                let from = start.checked_sub(*count)?;
                let is_led = class.count(&bytes[from..start], *count) == *count;
                (has_case(text) && is_led && may_begin(bytes, from)).then_some(())?;
                let length = matched(rest, &bytes[end..])?;
                is_random(&bytes[from..start]).then_some(())?;
                Some(Hit {
                    start: from,
                    end: end + length,
                    evidence: Evidence::Format,
                })
            }
            Find::Near {
                also,
                shape,
                is_mixed,
                ..
            } => {
                let hit = (end..bytes.len().min(end + NEAR)).find_map(|at| {
                    may_begin(bytes, at).then_some(())?;
                    let length = matched(shape, &bytes[at..])?;
                    let key = &bytes[at..at + length];
                    (is_random(key) && (!is_mixed || is_mixture(key))).then_some(())?;
                    Some(Hit {
                        start: at,
                        end: at + length,
                        evidence: Evidence::Context,
                    })
                })?;
                let between = bytes[start..hit.start].to_ascii_lowercase();
                let has = |word: &&str| memchr::memmem::find(&between, word.as_bytes()).is_some();
                (also.is_empty() || also.iter().any(has)).then_some(hit)
            }
            Find::Lethe(key) => {
                has_case(key.prefix()).then_some(())?;
                let (length, evidence) = match key.check(&bytes[end..])? {
                    Checked::Right(length) => (length, Evidence::Checksum),
                    Checked::Wrong(length) => (length, Evidence::BrokenChecksum),
                };
                Some(Hit {
                    start,
                    end: end + length,
                    evidence,
                })
            }
        }
    }

    /// The longest key that the rule finds.
    #[cfg(test)]
    pub(crate) fn longest(&self) -> usize {
        match &self.find {
            Find::Prefix(text, rest) => text.len() + shape::longest(rest),
            Find::Around(_, count, text, rest) => count + text.len() + shape::longest(rest),
            Find::Near { shape, .. } => shape::longest(shape),
            Find::Lethe(key) => key.prefix().len() + DERIVED_MAX,
        }
    }
}

fn is_mixture(key: &[u8]) -> bool {
    key.iter().any(u8::is_ascii_lowercase)
        && key.iter().any(u8::is_ascii_uppercase)
        && key.iter().any(u8::is_ascii_digit)
}
