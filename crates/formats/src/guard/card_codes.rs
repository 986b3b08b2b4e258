//! The three or four digits on a card, which nobody may keep once a payment is authorised (PCI DSS
//! 3.3.1.2).

use super::findings::{Finding, Kind};
use super::keywords::{Topic, Word, Words};

/// How far after its name, a card number or an expiry date the code may stand, in bytes.
const FILLER_BYTES_MAX: usize = 14;

/// Finds codes beside their name, and after the card numbers in `found[cards_from..]`.
///
/// "Security code" is also what opens a gate, which a parcel needs: it counts only in a text that
/// speaks of a card.
pub(super) fn find(text: &str, words: &Words, cards_from: usize, found: &mut Vec<Finding>) {
    let cards: Vec<(usize, usize)> = found[cards_from..]
        .iter()
        .map(|card| {
            (
                card.span.end,
                text[card.span.clone()]
                    .chars()
                    .filter(|c| c.is_numeric())
                    .count(),
            )
        })
        .collect();
    for (end, digits) in &cards {
        let code_length = if *digits == 15 { 4 } else { 3 };
        if let Some((start, end)) = after_card(text, *end, code_length) {
            found.push(Finding {
                kind: Kind::CardCode,
                span: start..end,
            });
        }
    }
    let speaks_of_cards = !cards.is_empty() || words.any(Topic::Card) || words.any(Topic::CardCode);
    let named = words.of(Topic::CardCode);
    let doubtful = words.of(Topic::SecurityCode).filter(|_| speaks_of_cards);
    for word in named.chain(doubtful) {
        if let Some((start, end)) = beside(text, word) {
            found.push(Finding {
                kind: Kind::CardCode,
                span: start..end,
            });
        }
    }
}

/// `4111 1111 1111 1111 12/27 123`: an expiry date may stand between.
fn after_card(text: &str, from: usize, code_length: usize) -> Option<(usize, usize)> {
    let (mut start, mut end) = next_number(text, from)?;
    if let Some(expiry_end) = expiry(text, start) {
        (start, end) = next_number(text, expiry_end)?;
    }
    (end - start == code_length && stands_alone(text, start, end)).then_some((start, end))
}

/// `CVV: 123`, or `123 (CVV)`.
fn beside(text: &str, word: &Word) -> Option<(usize, usize)> {
    let after = next_number(text, word.end).filter(|(start, end)| {
        (3..=4).contains(&(end - start)) && (*start == word.end || stands_alone(text, *start, *end))
    });
    after.or_else(|| {
        let before = text[..word.start].trim_end_matches([' ', '(', ':', '-', '=']);
        if word.start - before.len() > 3 {
            return None;
        }
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (start, end) = (before.len() - digits, before.len());
        let is_code = (3..=4).contains(&digits) && stands_alone(text, start, end);
        is_code.then_some((start, end))
    })
}

/// Finds the next run of digits within the filler's bound.
fn next_number(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = &text.as_bytes()[from..];
    let gap = bytes
        .iter()
        .take(FILLER_BYTES_MAX + 1)
        .position(u8::is_ascii_digit)?;
    let length = bytes[gap..]
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count();
    Some((from + gap, from + gap + length))
}

/// Not a part of a word, an amount, a date or a percentage.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let part_of_number = |at: usize, next: Option<&u8>| {
        matches!(bytes.get(at), Some(b'.' | b',' | b'/' | b'-' | b':'))
            && next.is_some_and(u8::is_ascii_digit)
    };
    let before_ok = start == 0
        || !(bytes[start - 1].is_ascii_alphanumeric()
            || part_of_number(start - 1, start.checked_sub(2).and_then(|at| bytes.get(at))));
    let after_ok = !matches!(bytes.get(end), Some(b'%'))
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
        && !part_of_number(end, bytes.get(end + 1));
    before_ok && after_ok
}

/// Recognises `12/27`, `12/2027`, `12-27` and `1227`, and returns where it ends.
fn expiry(text: &str, start: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[start..];
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let month = |at: &[u8]| matches!(at, [b'0', b'1'..=b'9', ..] | [b'1', b'0'..=b'2', ..]);
    if !month(bytes) {
        return None;
    }
    match digits(0) {
        4 => Some(start + 4),
        2 => {
            let gap = bytes[2..]
                .iter()
                .take_while(|b| b" /-.".contains(b))
                .count();
            let year = digits(2 + gap);
            (1..=3).contains(&gap).then_some(())?;
            matches!(year, 2 | 4).then_some(start + 2 + gap + year)
        }
        _ => None,
    }
}
