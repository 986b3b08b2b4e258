//! The formats that are known. Where each is published is told in `docs/key-lint.md`.
//!
//! Left out on purpose: keys that belong in a page (Stripe's `pk_live_`, Klaviyo's site id, Google's
//! `AIza…` of maps, Algolia's search keys), and vendors whose keys have neither a mark nor a length.

mod desk;
mod mail;
mod shop;

use crate::found::Vendor;
use crate::rule::{Find, Rule};
use crate::shape::Class::{Hex, HexAnyCase};
use crate::shape::Part::{self, Text};
use crate::shape::run;

/// Returns every rule. Of two that find the same bytes by context, the first is believed.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    let groups = [shop::RULES, mail::RULES, desk::RULES];
    groups.into_iter().flatten()
}

const HEX_32: &[Part] = &[run(Hex, 32)];
const HEX_40: &[Part] = &[run(Hex, 40)];
const UUID: &[Part] = &[
    run(HexAnyCase, 8),
    Text("-"),
    run(HexAnyCase, 4),
    Text("-"),
    run(HexAnyCase, 4),
    Text("-"),
    run(HexAnyCase, 4),
    Text("-"),
    run(HexAnyCase, 12),
];

/// A key that a prefix gives away.
const fn prefix(
    vendor: Vendor,
    id: &'static str,
    kind: &'static str,
    text: &'static str,
    rest: &'static [Part],
) -> Rule {
    let find = Find::Prefix(text, rest);
    Rule {
        id,
        vendor,
        kind,
        find,
    }
}

/// A key that only the words before it give away.
const fn near(
    vendor: Vendor,
    id: &'static str,
    kind: &'static str,
    words: &'static [&'static str],
    also: &'static [&'static str],
    shape: &'static [Part],
) -> Rule {
    let find = Find::Near {
        words,
        also,
        shape,
        is_mixed: false,
    };
    Rule {
        id,
        vendor,
        kind,
        find,
    }
}

/// The same for a key of capitals, small letters and digits: a hash or a word is none.
const fn near_mixed(
    vendor: Vendor,
    id: &'static str,
    kind: &'static str,
    words: &'static [&'static str],
    also: &'static [&'static str],
    shape: &'static [Part],
) -> Rule {
    let find = Find::Near {
        words,
        also,
        shape,
        is_mixed: true,
    };
    Rule {
        id,
        vendor,
        kind,
        find,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{KEY_MAX, WORD_MAX};

    #[test]
    fn rules_have_names_of_their_own_and_keep_within_the_window() {
        let mut known = std::collections::BTreeSet::new();
        for rule in all() {
            assert!(known.insert(rule.id), "{}", rule.id);
            assert!(rule.longest() <= KEY_MAX, "{}", rule.id);
            let texts = rule.texts();
            assert!(
                texts.iter().all(|text| text.len() <= WORD_MAX),
                "{}",
                rule.id
            );
            assert!(rule.kind.starts_with(rule.vendor.name()), "{}", rule.id);
        }
    }
}
