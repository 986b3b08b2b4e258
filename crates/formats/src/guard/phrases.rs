//! Recovery phrases of wallets (BIP-39), in the ten languages that have a word list.

use bip39::Language;
use memchr::memmem;
use sha2::{Digest, Sha256};

use super::everyday::Everyday;
use super::findings::{Finding, Kind};
use super::word_lists::WordLists;

/// So many words of one list in a row are no accident, if [`DISTINCT_MIN`] of them differ.
const ROW: usize = 10;
const DISTINCT_MIN: usize = 6;
/// With more of the small words of English in a row, it is a sentence.
const EVERYDAY_MAX: usize = 4;
/// The lengths of a phrase.
const LENGTHS: [usize; 5] = [12, 15, 18, 21, 24];
/// The Chinese lists are sorted by frequency. Words drawn by chance stand at 1024 in the mean, those
/// of a sentence far before; between twelve drawn words less than one in a hundred lies below this.
const CHANCE_INDEX_MIN: usize = 600;
const CHINESE_HINTS: [&str; 8] = [
    "助记词",
    "助記詞",
    "钱包",
    "錢包",
    "种子",
    "種子",
    "mnemonic",
    "wallet",
];

/// Finds recovery phrases.
pub(super) struct Phrases {
    lists: WordLists,
    everyday: Everyday,
}

/// A word of the text, in bytes.
#[derive(Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    is_han: bool,
}

impl Phrases {
    pub(super) fn new() -> Self {
        Self {
            lists: WordLists::new(),
            everyday: Everyday::new(),
        }
    }

    /// Finds rows of list words: whatever stands between them that is not a letter (spaces, line
    /// ends, commas, numbering) is passed over.
    ///
    /// Only every tenth word is looked up at first, as no row of ten passes between two of them.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Finding>) {
        let tokens = tokens(text);
        let mut at = ROW - 1;
        while at < tokens.len() {
            let mut reached = at;
            for entry in self.lists.get(word(text, tokens[at])) {
                let (from, indexes) = self.row_around(text, &tokens, at, entry.language);
                let to = from + indexes.len();
                reached = reached.max(to - 1);
                if self.is_phrase(&indexes, entry.language) {
                    let span = tokens[from].start..tokens[to - 1].end;
                    found.push(Finding {
                        kind: Kind::RecoveryPhrase,
                        span,
                    });
                    break;
                }
            }
            at = reached + ROW;
        }
        for token in tokens.iter().filter(|token| token.is_han) {
            if self.is_joined_chinese(text, word(text, *token)) {
                found.push(Finding {
                    kind: Kind::RecoveryPhrase,
                    span: token.start..token.end,
                });
            }
        }
    }

    /// Returns the words of one list around `at`: where they begin, and their indexes.
    fn row_around(
        &self,
        text: &str,
        tokens: &[Token],
        at: usize,
        language: Language,
    ) -> (usize, Vec<u16>) {
        let index = |token: &Token| self.lists.index_in(word(text, *token), language);
        let mut indexes: Vec<u16> = tokens[..at].iter().rev().map_while(index).collect();
        indexes.reverse();
        let from = at - indexes.len();
        indexes.extend(tokens[at..].iter().map_while(index));
        (from, indexes)
    }

    fn is_phrase(&self, indexes: &[u16], language: Language) -> bool {
        if indexes.len() < ROW {
            return false;
        }
        if is_chinese(language) && !is_drawn_by_chance(indexes) {
            // Old typesetting puts a space after every character of a sentence.
            return LENGTHS.contains(&indexes.len()) && has_checksum(indexes);
        }
        let is_sentence =
            |row| language == Language::English && self.everyday.count(row) > EVERYDAY_MAX;
        indexes
            .windows(ROW)
            .any(|row| distinct(row) >= DISTINCT_MIN && !is_sentence(row))
            || any_window_has_checksum(indexes)
    }

    /// A Chinese phrase may be written without spaces, like every Chinese sentence, and nearly
    /// every character of a sentence is in the list. So the length, the checksum and the rarity of
    /// the characters must all fit, or the text must speak of a wallet.
    fn is_joined_chinese(&self, text: &str, word: &str) -> bool {
        let hinted = CHINESE_HINTS
            .iter()
            .any(|hint| memmem::find(text.as_bytes(), hint.as_bytes()).is_some());
        [Language::SimplifiedChinese, Language::TraditionalChinese]
            .into_iter()
            .any(|language| {
                let mut utf8 = [0; 4];
                let indexes: Vec<Option<u16>> = word
                    .chars()
                    .map(|c| self.lists.index_in(c.encode_utf8(&mut utf8), language))
                    .collect();
                if hinted {
                    let rows = indexes.split(Option::is_none);
                    return rows.map(flat).any(|row| any_window_has_checksum(&row));
                }
                let row = flat(&indexes);
                row.len() == indexes.len()
                    && LENGTHS.contains(&row.len())
                    && is_drawn_by_chance(&row)
                    && has_checksum(&row)
            })
    }
}

fn flat(indexes: &[Option<u16>]) -> Vec<u16> {
    indexes.iter().flatten().copied().collect()
}

fn word(text: &str, token: Token) -> &str {
    &text[token.start..token.end]
}

fn is_chinese(language: Language) -> bool {
    matches!(
        language,
        Language::SimplifiedChinese | Language::TraditionalChinese
    )
}

fn is_drawn_by_chance(indexes: &[u16]) -> bool {
    let sum: usize = indexes.iter().copied().map(usize::from).sum();
    sum >= CHANCE_INDEX_MIN * indexes.len()
}

fn distinct(row: &[u16]) -> usize {
    row.iter()
        .enumerate()
        .filter(|(at, index)| !row[..*at].contains(index))
        .count()
}

fn any_window_has_checksum(indexes: &[u16]) -> bool {
    LENGTHS
        .iter()
        .any(|length| indexes.windows(*length).any(has_checksum))
}

/// The words are eleven bits each: the entropy, then the first bits of its SHA-256, one for every
/// 32 bits of entropy.
fn has_checksum(indexes: &[u16]) -> bool {
    const BYTES_MAX: usize = 33;
    let mut bytes = [0u8; BYTES_MAX];
    for (word, index) in indexes.iter().enumerate() {
        for bit in 0..11 {
            if index >> (10 - bit) & 1 == 1 {
                let place = word * 11 + bit;
                bytes[place / 8] |= 0x80 >> (place % 8);
            }
        }
    }
    let check_bits = indexes.len() / 3;
    let entropy_bytes = check_bits * 4;
    let checksum = Sha256::digest(&bytes[..entropy_bytes])[0] >> (8 - check_bits);
    bytes[entropy_bytes] >> (8 - check_bits) == checksum
}

/// Splits a text into runs of letters. Runs of Chinese characters are marked where they are long
/// enough for a phrase without spaces.
fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(bytes.len() / 6);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mut is_ascii = true;
        while at < bytes.len() {
            if bytes[at].is_ascii() {
                if !bytes[at].is_ascii_alphabetic() {
                    break;
                }
                at += 1;
            } else {
                let Some(character) = text[at..].chars().next().filter(|c| is_letter(*c)) else {
                    break;
                };
                is_ascii = false;
                at += character.len_utf8();
            }
        }
        if at > start {
            let is_han =
                !is_ascii && at - start >= LENGTHS[0] * 3 && text[start..at].chars().all(is_han);
            tokens.push(Token {
                start,
                end: at,
                is_han,
            });
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    tokens
}

/// Letters, and the marks that decomposed letters carry.
fn is_letter(character: char) -> bool {
    character.is_alphabetic()
        || matches!(character, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}
