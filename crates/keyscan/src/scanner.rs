//! The search: every text that a rule begins with in one pass, then the rules at those places.

use crate::found::{Evidence, Fingerprint, Found};
use crate::rule::{Hit, KEY_MAX, NEAR, Rule, WORD_MAX};
use crate::rules;
use crate::shape::ESCAPE_MAX;
use crate::stream::Lines;
use aho_corasick::AhoCorasick;
use std::ops::Range;

/// Searches bytes for keys. Make one and use it for everything: making it takes a moment.
#[derive(Debug)]
pub struct Scanner {
    texts: AhoCorasick,
    /// For each text, the numbers of the rules that begin with it.
    owners: Vec<Vec<usize>>,
    rules: Vec<&'static Rule>,
    /// How many bytes are read at once.
    pub(crate) chunk: usize,
}

/// How many bytes before a key decide about it: its word, and a longer key that may cover it, with
/// the word of that.
pub(crate) const BEFORE: usize = KEY_MAX + NEAR + WORD_MAX + ESCAPE_MAX;
/// How many bytes after the beginning of a key decide about it: itself and one that begins in it.
pub(crate) const AFTER: usize = 2 * KEY_MAX + 1;

const CHUNK: usize = 256 * 1024;

/// A hit with its rule.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Candidate {
    hit: Hit,
    rule: usize,
}

impl Scanner {
    /// Makes a scanner for all known kinds. It reads 256 KiB at a time.
    pub fn new() -> Self {
        Self::with_chunk(CHUNK)
    }

    /// Makes a scanner that reads `bytes` at a time (at least one), beside about 4 KiB that it looks
    /// back and ahead. What it finds does not depend on this.
    pub fn with_chunk(bytes: usize) -> Self {
        let mut texts: Vec<&str> = Vec::new();
        let mut owners: Vec<Vec<usize>> = Vec::new();
        let rules: Vec<&Rule> = rules::all().collect();
        for (number, rule) in rules.iter().enumerate() {
            for text in rule.texts() {
                let known = texts
                    .iter()
                    .position(|other| other.eq_ignore_ascii_case(text));
                let at = known.unwrap_or(texts.len());
                if at == texts.len() {
                    texts.push(text);
                    owners.push(Vec::new());
                }
                owners[at].push(number);
            }
        }
        let texts = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(texts)
            .expect("a few dozen short texts make an automaton");
        Self {
            texts,
            owners,
            rules,
            chunk: bytes.max(1),
        }
    }

    /// Finds all keys in bytes that are in memory as a whole, in the order in which they lie.
    pub fn scan_bytes(&self, bytes: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut lines = Lines::default();
        self.scan_window(bytes, 0..bytes.len(), &mut lines, &mut |key| {
            found.push(key);
        });
        found
    }

    /// Returns all kinds of keys that are known: vendor, kind, stable name of the rule.
    pub fn kinds() -> impl Iterator<Item = (crate::Vendor, &'static str, &'static str)> {
        rules::all().map(|rule| (rule.vendor, rule.kind, rule.id))
    }

    /// Tells the keys that begin in the part `own` of a window. For the result not to depend on the
    /// window, `BEFORE` bytes before and `AFTER` after the part must be in it, where there are any.
    pub(crate) fn scan_window(
        &self,
        window: &[u8],
        own: Range<usize>,
        lines: &mut Lines,
        on_found: &mut dyn FnMut(Found),
    ) {
        let candidates = self.candidates(window);
        for (at, candidate) in candidates.iter().enumerate() {
            let Candidate { hit, rule } = *candidate;
            if !own.contains(&hit.start) || is_covered(&candidates, at) {
                continue;
            }
            let Rule {
                id, vendor, kind, ..
            } = *self.rules[rule];
            let place = lines.place(window, hit.start);
            on_found(Found {
                vendor,
                kind,
                rule: id,
                evidence: hit.evidence,
                prefix: self.rules[rule].prefix(),
                line: place.line,
                column: place.column,
                offset: place.offset,
                fingerprint: Fingerprint::of(&window[hit.start..hit.end]),
            });
        }
    }

    /// Finds everything that any rule takes for a key, in order, each once.
    fn candidates(&self, window: &[u8]) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for text in self.texts.find_overlapping_iter(window) {
            for rule in &self.owners[text.pattern().as_usize()] {
                let hit = self.rules[*rule].look(window, text.start(), text.end());
                candidates.extend(hit.map(|hit| Candidate { hit, rule: *rule }));
            }
        }
        // A key after two words was found twice.
        candidates.sort_unstable_by_key(|one| (one.hit.start, one.hit.end, one.rule));
        candidates.dedup();
        candidates
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns whether another candidate explains the same bytes better. It is decided two by two, never
/// in a chain, so that only what is near can matter.
fn is_covered(candidates: &[Candidate], at: usize) -> bool {
    let this = candidates[at];
    if this.hit.evidence != Evidence::Context {
        return false;
    }
    let is_near = |other: &&Candidate| {
        other.hit.start < this.hit.end && other.hit.start + KEY_MAX > this.hit.start
    };
    let before = candidates[..at].iter().rev().take_while(is_near);
    let after = candidates[at + 1..].iter().take_while(is_near);
    let mut others = before.chain(after);
    others.any(|other| {
        let overlaps = other.hit.end > this.hit.start;
        let order = |one: &Candidate| (one.hit.end - one.hit.start, usize::MAX - one.rule);
        overlaps && (other.hit.evidence != Evidence::Context || order(other) > order(&this))
    })
}
