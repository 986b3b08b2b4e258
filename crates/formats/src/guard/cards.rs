//! Payment card numbers.
//!
//! A number counts when its first digits and length are an issuer's, its check digit holds, and it
//! is written as people write card numbers. The last point keeps account numbers, parcel numbers
//! and pairs of phone numbers out: a check digit alone lets every tenth of them pass.

use super::findings::{Finding, Kind};
use super::issuers::{Certainty, certainty};
use super::keywords::{Topic, Words};

const DIGITS_MAX: usize = 19;
/// The groups in which cards are embossed.
const GROUPINGS: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 4, 4, 3],
    &[4, 4, 4, 2],
    &[4, 4, 5],
    &[4, 3, 3, 3],
    &[6, 13],
];

/// Digits without anything between them.
struct Group {
    start: usize,
    end: usize,
    digits: Vec<u8>,
    /// How many separating characters stand before it, in the same chain.
    gap: usize,
    after_point: bool,
}

/// Finds the card numbers of a text.
pub(super) fn find(text: &str, words: &Words, found: &mut Vec<Finding>) {
    let speaks_of_cards = words.any(Topic::Card) || words.any(Topic::CardCode);
    for mut chain in chains(text) {
        if let Some(end) = account_end(text, &chain) {
            chain.retain(|group| group.start >= end);
        }
        find_in_chain(text, &chain, speaks_of_cards, found);
    }
}

fn find_in_chain(text: &str, chain: &[Group], speaks_of_cards: bool, found: &mut Vec<Finding>) {
    let mut at = 0;
    while at < chain.len() {
        match card_at(text, chain, at, speaks_of_cards) {
            Some(groups) => {
                let span = chain[at].start..chain[at + groups - 1].end;
                found.push(Finding {
                    kind: Kind::CardNumber,
                    span,
                });
                at += groups;
            }
            None => at += 1,
        }
    }
}

/// Returns how many groups from `at` on are a card number.
fn card_at(text: &str, chain: &[Group], at: usize, speaks_of_cards: bool) -> Option<usize> {
    if chain[at].digits.len() > DIGITS_MAX || touches_word_before(text, chain[at].start) {
        return None;
    }
    let is_card = |groups: usize, embossed: bool| {
        let window = chain.get(at..at + groups)?;
        if touches_word_after(text, window.last()?.end) {
            return None;
        }
        let digits: Vec<u8> = window
            .iter()
            .flat_map(|g| g.digits.iter().copied())
            .collect();
        let believed = match certainty(&digits)? {
            Certainty::Usual => true,
            Certainty::Grouped => embossed || speaks_of_cards,
            Certainty::Rare => speaks_of_cards,
        };
        believed.then_some(groups)
    };
    // The fraction of a decimal number (a latitude) is not a card.
    if chain[at].digits.len() >= 12 && !chain[at].after_point {
        return is_card(1, false);
    }
    let grouped = GROUPINGS.iter().find_map(|grouping| {
        let window = chain.get(at..at + grouping.len())?;
        let fits = window
            .iter()
            .zip(*grouping)
            .all(|(group, len)| group.digits.len() == *len);
        // After another group of four it is the rest of a longer number: a parcel's, an account's.
        let inside = at > 0 && chain[at - 1].digits.len() == 4 && chain[at].gap == 1;
        (fits && !inside)
            .then(|| is_card(grouping.len(), true))
            .flatten()
    });
    grouped.or_else(|| {
        // Any other grouping counts only when it is all there is, at the two usual lengths, and is
        // not a pair of phone numbers.
        let length = |group: &Group| group.digits.len();
        let is_pair = chain.len() == 2 && chain.iter().all(|group| length(group) >= 7);
        let plain = at == 0
            && (15..=16).contains(&chain.iter().map(length).sum::<usize>())
            && chain
                .iter()
                .all(|group| group.gap <= 1 && !group.after_point)
            && (speaks_of_cards || !is_pair);
        plain.then(|| is_card(chain.len(), false)).flatten()
    })
}

/// A letter right before the digits makes them a part of some code, unless it belongs to a word
/// for a card or a number (`no4111…`). A plus sign makes them a phone number.
fn touches_word_before(text: &str, start: usize) -> bool {
    const NUMBER_WORDS: [&str; 16] = [
        "no",
        "nr",
        "num",
        "n",
        "card",
        "carte",
        "karte",
        "kreditkarte",
        "tarjeta",
        "carta",
        "cb",
        "cc",
        "visa",
        "amex",
        "mastercard",
        "number",
    ];
    let before = &text[..start];
    match before.bytes().next_back() {
        Some(b'+') => true,
        Some(byte) if byte.is_ascii_alphabetic() => {
            let word = before
                .rsplit(|c: char| !c.is_ascii_alphabetic())
                .next()
                .unwrap_or_default();
            !NUMBER_WORDS
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        }
        _ => false,
    }
}

fn touches_word_after(text: &str, end: usize) -> bool {
    text[end..]
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
}

/// Splits the digits of a text into chains: groups with one to three separators between them.
fn chains(text: &str) -> Vec<Vec<Group>> {
    let mut chains: Vec<Vec<Group>> = Vec::new();
    let (mut gap, mut gap_is_point, mut linked) = (0, false, false);
    for (at, character) in text.char_indices() {
        if let Some(digit) = digit(character) {
            let end = at + character.len_utf8();
            match chains.last_mut() {
                Some(chain) if linked && gap == 0 => {
                    if let Some(group) = chain.last_mut() {
                        group.digits.push(digit);
                        group.end = end;
                    }
                }
                Some(chain) if linked => {
                    let digits = vec![digit];
                    chain.push(Group {
                        start: at,
                        end,
                        digits,
                        gap,
                        after_point: gap_is_point,
                    });
                }
                _ => chains.push(vec![Group {
                    start: at,
                    end,
                    digits: vec![digit],
                    gap: 0,
                    after_point: false,
                }]),
            }
            (gap, gap_is_point, linked) = (0, false, true);
        } else if linked && gap < 3 && is_separator(character) {
            gap_is_point = gap == 0 && character == '.';
            gap += 1;
        } else {
            linked = false;
        }
    }
    chains.retain(|chain| chain.iter().map(|g| g.digits.len()).sum::<usize>() >= 12);
    chains
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '-'
            | '.'
            | '_'
            | '\u{a0}'
            | '\u{ad}'
            | '\u{2000}'..='\u{200b}'
            | '\u{2010}'..='\u{2015}'
            | '\u{202f}'
            | '\u{2060}'
            | '\u{2212}'
            | '\u{3000}'
            | '\u{feff}'
            | '\u{ff0d}'
    )
}

fn digit(character: char) -> Option<u8> {
    let zero = match character {
        '0'..='9' => '0',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{966}'..='\u{96f}' => '\u{966}',
        _ => return None,
    };
    u8::try_from(u32::from(character) - u32::from(zero)).ok()
}

/// Says whether a character is a digit outside ASCII: full-width, Arabic, Persian, Devanagari.
pub(super) fn is_wide_digit(character: char) -> bool {
    !character.is_ascii() && digit(character).is_some()
}

/// Recognises an international bank account number (ISO 13616) by its country and its remainder,
/// and returns where it ends.
fn account_end(text: &str, chain: &[Group]) -> Option<usize> {
    let country = chain.first()?.start.checked_sub(2)?;
    let bytes = &text.as_bytes()[country..];
    if !bytes[..2].iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut number = Vec::with_capacity(34);
    for (offset, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => number.push(byte.to_ascii_uppercase()),
            b' ' | b'-' => continue,
            _ => return None,
        }
        let ends = !bytes.get(offset + 1).is_some_and(u8::is_ascii_alphanumeric);
        match number.len() {
            15..=34 if ends && remainder_97(&number) == 1 => return Some(country + offset + 1),
            35.. => return None,
            _ => {}
        }
    }
    None
}

fn remainder_97(account: &[u8]) -> u32 {
    let (head, tail) = account.split_at(4);
    tail.iter().chain(head).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}
