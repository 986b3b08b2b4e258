//! Which numbers payment card networks give out: first digits and lengths.
//!
//! The ranges are those that the networks publish for merchants, under ISO/IEC 7812.

/// How surely a number of this range and length is a card's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// Cards of this length are in use and few other numbers look so.
    Usual,
    /// In use, but other numbers look just so: believed when it is written in the groups of a card.
    /// Fourteen digits with this check digit are also a French company's (SIRET).
    Grouped,
    /// Possible, but more often an article number, a phone number or an id: believed only beside a
    /// word that speaks of a card.
    Rare,
}

struct Range {
    /// The first six digits, from and to.
    first: u32,
    last: u32,
    usual: &'static [usize],
    rare: &'static [usize],
}

const fn range(first: u32, last: u32, usual: &'static [usize], rare: &'static [usize]) -> Range {
    Range {
        first,
        last,
        usual,
        rare,
    }
}

/// More particular ranges come first.
const RANGES: &[Range] = &[
    // Mir, Mastercard.
    range(220_000, 220_499, &[16], &[17, 18, 19]),
    range(222_100, 272_099, &[16], &[]),
    // Diners Club.
    range(300_000, 305_999, &[14], &[16]),
    range(309_500, 309_599, &[14], &[16]),
    range(360_000, 369_999, &[14], &[16, 19]),
    range(380_000, 399_999, &[14], &[16]),
    // American Express, JCB.
    range(340_000, 349_999, &[15], &[]),
    range(370_000, 379_999, &[15], &[]),
    range(352_800, 358_999, &[16], &[17, 18, 19]),
    // Visa. Thirteen digits are no longer issued, and are what European article numbers have.
    range(400_000, 499_999, &[16], &[13, 19]),
    // Maestro in use, Dankort, RuPay, Verve, Elo.
    range(501_800, 501_999, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(502_000, 502_099, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(503_800, 503_899, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(504_175, 504_175, &[16], &[]),
    range(506_099, 506_198, &[16, 18, 19], &[]),
    range(506_699, 506_778, &[16], &[]),
    range(508_500, 508_999, &[16], &[]),
    range(509_000, 509_999, &[16], &[]),
    range(500_000, 509_999, &[], &[12, 13, 14, 15, 16, 17, 18, 19]),
    // Mastercard.
    range(510_000, 559_999, &[16], &[]),
    range(589_300, 589_399, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(560_000, 589_999, &[], &[12, 13, 14, 15, 16, 17, 18, 19]),
    // Discover, Hipercard, UnionPay, RuPay, Maestro.
    range(601_100, 601_199, &[16], &[17, 18, 19]),
    range(606_282, 606_282, &[16], &[19]),
    range(606_900, 608_999, &[16], &[]),
    range(620_000, 629_999, &[16, 19], &[17, 18]),
    range(630_400, 630_499, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(636_297, 636_297, &[16], &[]),
    range(636_368, 636_368, &[16], &[]),
    range(644_000, 659_999, &[16], &[17, 18, 19]),
    range(675_900, 676_399, &[16, 18, 19], &[12, 13, 14, 15, 17]),
    range(600_000, 699_999, &[], &[12, 13, 14, 15, 16, 17, 18, 19]),
    // UnionPay, RuPay, Troy.
    range(810_000, 817_199, &[16], &[17, 18, 19]),
    range(820_000, 829_999, &[16], &[]),
    range(979_200, 979_299, &[16], &[]),
];

/// Says whether a number may be a card's, by its issuer's range and the check digit.
pub(super) fn certainty(digits: &[u8]) -> Option<Certainty> {
    let first_six = digits
        .get(..6)?
        .iter()
        .fold(0u32, |n, d| n * 10 + u32::from(*d));
    let length = digits.len();
    let in_range = |range: &&Range| {
        (range.first..=range.last).contains(&first_six)
            && (range.usual.contains(&length) || range.rare.contains(&length))
    };
    let range = RANGES.iter().find(in_range)?;
    if !luhn(digits) {
        return None;
    }
    Some(match length {
        14 if range.usual.contains(&14) => Certainty::Grouped,
        _ if range.usual.contains(&length) => Certainty::Usual,
        _ => Certainty::Rare,
    })
}

/// The check of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let value = u32::from(*digit) << (index % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}
