//! The ten word lists of BIP-39 as one table.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use bip39::Language;
use unicode_normalization::UnicodeNormalization;

/// A word's place in one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) language: Language,
    pub(super) index: u16,
}

/// Looks words up in all lists at once, however they are written.
pub(super) struct WordLists {
    /// Where a folded word's entries begin and end: some words are in several lists.
    places: HashMap<Box<str>, (u16, u16), BuildHasherDefault<Fnv>>,
    entries: Vec<Entry>,
}

impl WordLists {
    pub(super) fn new() -> Self {
        let mut words: Vec<(String, Entry)> = Language::ALL
            .iter()
            .flat_map(|&language| {
                (0u16..)
                    .zip(language.word_list())
                    .map(move |(index, word)| (folded(word), Entry { language, index }))
            })
            .collect();
        words.sort_by(|a, b| a.0.cmp(&b.0));
        let mut places = HashMap::<Box<str>, (u16, u16), _>::default();
        let mut entries = Vec::with_capacity(words.len());
        for (word, entry) in words {
            let at = u16::try_from(entries.len()).expect("ten lists of 2048 words");
            places.entry(word.into_boxed_str()).or_insert((at, at)).1 = at + 1;
            entries.push(entry);
        }
        Self { places, entries }
    }

    /// Returns the lists that hold this word.
    pub(super) fn get(&self, word: &str) -> &[Entry] {
        let mut buffer = [0u8; 8];
        let place = if word.is_ascii() {
            // The longest word of an ASCII list has eight letters, in other lists nine.
            match buffer.get_mut(..word.len()) {
                Some(lower) => {
                    lower.copy_from_slice(word.as_bytes());
                    lower.make_ascii_lowercase();
                    std::str::from_utf8(lower)
                        .ok()
                        .and_then(|lower| self.places.get(lower))
                }
                None => self.places.get(word.to_ascii_lowercase().as_str()),
            }
        } else {
            self.places.get(folded(word).as_str())
        };
        place.map_or(&[], |&(from, to)| {
            &self.entries[usize::from(from)..usize::from(to)]
        })
    }

    /// Returns a word's index in one list.
    pub(super) fn index_in(&self, word: &str, language: Language) -> Option<u16> {
        self.get(word)
            .iter()
            .find(|e| e.language == language)
            .map(|e| e.index)
    }
}

/// Brings a word to one form: lower case, decomposed, and without the accents that people leave
/// out. Japanese and Korean marks stay, as they make other words.
fn folded(word: &str) -> String {
    word.nfkd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Fowler-Noll-Vo 1a: the table is fixed, so nobody can fill it with colliding words, and this is
/// several times faster on short words than the standard library's hash.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
