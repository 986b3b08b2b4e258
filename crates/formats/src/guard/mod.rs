//! What must never be stored, found in free text and taken out.
//!
//! Customers write their card number into the order note, and their wallet's recovery phrase to
//! support. Neither is needed to sell anything, and both are worth more to a thief than all the
//! rest. So every text field passes here before it is stored. This is best effort: what is found
//! is documented and measured in `docs/import.md`, and so is what is not.

mod base58;
mod card_codes;
mod cards;
mod everyday;
mod findings;
mod issuers;
mod keys;
mod keywords;
mod passwords;
mod phrases;
mod screen;
mod word_lists;

use std::borrow::Cow;

pub use findings::{Counts, Finding, Findings, Kind, Masked};

use keywords::Keywords;
use phrases::Phrases;

/// Far more often than anything can hide behind something else.
const MASK_ROUNDS_MAX: usize = 8;

/// Finds what must never be stored. Building one takes milliseconds: make one and share it.
pub struct Guard {
    keywords: Keywords,
    phrases: Phrases,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard {
    /// Prepares the word lists and key words.
    pub fn new() -> Self {
        Self {
            keywords: Keywords::new(),
            phrases: Phrases::new(),
        }
    }

    /// Finds what must not be stored, in the order of the text, without overlaps.
    pub fn inspect(&self, text: &str) -> Findings {
        let mut found = Vec::new();
        self.phrases.find(text, &mut found);
        keys::find_pem(text, &mut found);

        let ascii_digits = text.bytes().filter(u8::is_ascii_digit).count();
        let wide_digits = !text.is_ascii() && text.chars().any(cards::is_wide_digit);
        let assigns = memchr::memchr2(b':', b'=', text.as_bytes()).is_some()
            || (!text.is_ascii() && text.contains(['：', '＝']));
        let has_digits = ascii_digits >= 3 || wide_digits;
        let long_runs = keys::long_runs(text);
        if has_digits || assigns || !long_runs.is_empty() {
            let words = self.keywords.find(text);
            keys::find(text, &long_runs, &words, &mut found);
            if assigns {
                passwords::find(text, &words, &mut found);
            }
            let cards_from = found.len();
            if ascii_digits >= 13 || wide_digits {
                cards::find(text, &words, &mut found);
            }
            if has_digits {
                card_codes::find(text, &words, cards_from, &mut found);
            }
        }
        Findings::new(found)
    }

    /// Replaces what must not be stored by a note of what stood there.
    ///
    /// Masking a masked text again changes nothing.
    pub fn mask<'t>(&self, text: &'t str) -> Masked<'t> {
        let mut masked = Masked {
            text: Cow::Borrowed(text),
            findings: Counts::default(),
        };
        // Taking something out can bare what was hidden by standing against it, so look again.
        for _ in 0..MASK_ROUNDS_MAX {
            let findings = self.inspect(&masked.text);
            if findings.is_empty() {
                break;
            }
            masked.findings += findings.counts();
            masked.text = Cow::Owned(replaced(&masked.text, &findings));
        }
        masked
    }
}

fn replaced(text: &str, findings: &Findings) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut from = 0;
    for finding in findings.iter() {
        replaced.push_str(&text[from..finding.span.start]);
        replaced.push_str(finding.kind.placeholder());
        from = finding.span.end;
    }
    replaced.push_str(&text[from..]);
    replaced
}
