//! The first eight bytes of every needle, findable in one step per stolen byte.
//!
//! Every needle has at least eight bytes, so a table of their first eight, behind a bitmap that
//! turns most places away, does the work of an Aho-Corasick automaton in a fiftieth of its memory:
//! the needles of 20,000 people are some millions, and an automaton keeps a state for each byte.

use std::collections::HashMap;

const WIDTH: usize = super::needles::NEEDLE_BYTES_MIN;

/// Finds the needles that may begin at a place.
pub(crate) struct PrefixIndex {
    bitmap: Vec<u64>,
    shift: u32,
    ranges: HashMap<u64, (u32, u32)>,
    order: Vec<u32>,
}

impl PrefixIndex {
    /// Indexes needles by their first bytes, in the order in which they are given.
    pub(crate) fn new<'n>(prefixes: impl Iterator<Item = &'n [u8]>) -> Self {
        let mut keyed: Vec<(u64, u32)> = prefixes
            .zip(0..)
            .map(|(prefix, item)| (key_of(&folded(prefix)), item))
            .collect();
        keyed.sort_unstable();
        let bits = (keyed.len().max(64) * 16).next_power_of_two();
        let mut index = Self {
            bitmap: vec![0; bits / 64],
            shift: 64 - bits.ilog2(),
            ranges: HashMap::new(),
            order: keyed.iter().map(|(_, item)| *item).collect(),
        };
        for (at, (key, _)) in (0..).zip(&keyed) {
            index.ranges.entry(*key).or_insert((at, at)).1 = at + 1;
            let bit = index.bit(*key);
            index.bitmap[bit / 64] |= 1 << (bit % 64);
        }
        index
    }

    /// Returns the needles whose first bytes, without letter case, stand at the beginning of
    /// `folded`.
    #[inline]
    pub(crate) fn candidates(&self, folded: &[u8]) -> &[u32] {
        let key = key_of(folded);
        let bit = self.bit(key);
        if self.bitmap[bit / 64] & (1 << (bit % 64)) == 0 {
            return &[];
        }
        match self.ranges.get(&key) {
            Some((from, to)) => &self.order[*from as usize..*to as usize],
            None => &[],
        }
    }

    #[inline]
    fn bit(&self, key: u64) -> usize {
        // Fibonacci hashing: the high bits of a product depend on all bits of the key.
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }
}

/// Returns bytes with ASCII capitals made small.
pub(crate) fn folded(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}

#[inline]
fn key_of(folded: &[u8]) -> u64 {
    let mut first = [0; WIDTH];
    first.copy_from_slice(&folded[..WIDTH]);
    u64::from_le_bytes(first)
}
