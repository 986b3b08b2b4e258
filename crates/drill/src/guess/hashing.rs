//! The two hashes a thief meets: Lethe's keyed one and the ordinary unsalted one. Written for speed,
//! as a thief would: a phone number fits one block of SHA-256.

use lethe_crypto::SecretKey;
use sha2::block_api::compress256;

const BLOCK: usize = 64;
/// Longer texts need a second block, which guessing at phone numbers and addresses can do without.
pub(crate) const TEXT_BYTES_MAX: usize = BLOCK - 9;
/// FIPS 180-4 §5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A hash of a guessed text, cut to 128 bits.
pub(crate) trait Hashing: Sync {
    /// Hashes at most [`TEXT_BYTES_MAX`] bytes.
    fn hash(&self, text: &[u8]) -> [u8; 16];
}

/// HMAC-SHA-256 under a stolen key: two compressions for a guess.
pub(crate) struct Keyed {
    inner: [u32; 8],
    outer: [u32; 8],
}

/// SHA-256 as advertising lists use it: one compression for a guess.
pub(crate) struct Unkeyed;

impl Keyed {
    pub(crate) fn new(key: &SecretKey) -> Self {
        let after = |pad: u8| {
            let mut block = [pad; BLOCK];
            for (slot, byte) in block.iter_mut().zip(key.expose()) {
                *slot ^= byte;
            }
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            state
        };
        Self {
            inner: after(0x36),
            outer: after(0x5c),
        }
    }
}

impl Hashing for Keyed {
    fn hash(&self, text: &[u8]) -> [u8; 16] {
        let mut state = self.inner;
        compress256(&mut state, &[last_block(text, BLOCK)]);
        let digest = bytes_of(&state);
        let mut state = self.outer;
        compress256(&mut state, &[last_block(&digest, BLOCK)]);
        first_half(&state)
    }
}

impl Hashing for Unkeyed {
    fn hash(&self, text: &[u8]) -> [u8; 16] {
        let mut state = INITIAL;
        compress256(&mut state, &[last_block(text, 0)]);
        first_half(&state)
    }
}

/// Pads the last bytes of a message of which `before` bytes are hashed already.
fn last_block(text: &[u8], before: usize) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..text.len()].copy_from_slice(text);
    block[text.len()] = 0x80;
    let bits = ((before + text.len()) * 8) as u64;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    block
}

fn bytes_of(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (slot, word) in bytes.chunks_exact_mut(4).zip(state) {
        slot.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

fn first_half(state: &[u32; 8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes_of(state)[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_crypto::BlindIndexKey;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_fast_hashes_are_the_real_ones() {
        let key = SecretKey::take(&mut [7; 32]);
        let (fast, real) = (Keyed::new(&key), BlindIndexKey::new(&key));
        for text in ["", "+33639981234", "ann.lee@example.com"] {
            assert_eq!(fast.hash(text.as_bytes()), real.hash_bytes(text.as_bytes()));
            assert_eq!(Unkeyed.hash(text.as_bytes()), Sha256::digest(text)[..16]);
        }
    }
}
