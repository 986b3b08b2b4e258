//! Chance that repeats: streams of `ChaCha8` addressed by what they decide.
//!
//! Draws use only the raw words of the generator, so that an update of `rand` and its sampling
//! algorithms cannot change a sample shop.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What everything of one shop, or of one set of probes, is derived from.
pub(crate) type Root = [u8; 32];

/// What a stream decides. Streams of different domains never meet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Domain {
    Person = 1,
    History = 2,
    Order = 3,
    Setup = 4,
    Probe = 5,
}

/// One stream of chance.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// Opens the stream of one thing; `position` must be below 2^56.
    pub(crate) fn of(root: &Root, domain: Domain, position: u64) -> Self {
        let mut stream = ChaCha8Rng::from_seed(*root);
        stream.set_stream(((domain as u64) << 56) | position);
        Self(stream)
    }

    /// Returns 32 random bits.
    pub(crate) fn word(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Returns a number below `bound`, or 0 if `bound` is 0.
    // A multiplication and a shift: the bias is at most one in 2^32 / bound, too small to see here.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(bound)) >> 32) as u32
    }

    /// Returns a number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Says yes in `rate` of a thousand cases.
    pub(crate) fn permille(&mut self, rate: u32) -> bool {
        self.below(1000) < rate
    }

    /// Picks one of the choices, each as likely as the others.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u32) as usize]
    }

    /// Picks a position by weight.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (position, &weight) in weights.iter().enumerate() {
            match rest.checked_sub(weight) {
                Some(less) => rest = less,
                None => return position,
            }
        }
        weights.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_and_differs_from_its_neighbours() {
        let draw = |domain, position| {
            let mut chance = Chance::of(&[7; 32], domain, position);
            [chance.word(), chance.word()]
        };
        assert_eq!(draw(Domain::Person, 3), draw(Domain::Person, 3));
        assert_ne!(draw(Domain::Person, 3), draw(Domain::Person, 4));
        assert_ne!(draw(Domain::Person, 3), draw(Domain::Order, 3));
    }

    #[test]
    fn weights_of_zero_are_never_picked() {
        let mut chance = Chance::of(&[0; 32], Domain::Setup, 0);
        assert!((0..1000).all(|_| chance.weighted(&[0, 5, 0, 5]) % 2 == 1));
    }
}
