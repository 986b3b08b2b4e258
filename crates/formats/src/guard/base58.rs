//! Base58 with a checksum, as wallets write keys.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// A wallet import format key is at most a version, a key, a flag and a checksum.
const BYTES_MAX: usize = 38;

/// Says whether a character is in the alphabet, which leaves out `0`, `O`, `I` and `l`.
pub(super) fn is_digit(byte: u8) -> bool {
    ALPHABET.contains(&byte)
}

/// Decodes a short text and checks its checksum; returns the bytes before it.
pub(super) fn decode_checked(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = [0u8; BYTES_MAX];
    let mut length = 0;
    for character in text {
        let mut carry = ALPHABET.iter().position(|a| a == character)?;
        for byte in &mut bytes[..length] {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            *bytes.get_mut(length)? = (carry & 0xff) as u8;
            carry >>= 8;
            length += 1;
        }
    }
    let leading = text.iter().take_while(|b| **b == b'1').count();
    let mut decoded = vec![0; leading];
    decoded.extend(bytes[..length].iter().rev());
    let (payload, checksum) = decoded.split_last_chunk::<4>()?;
    let digest = Sha256::digest(Sha256::digest(payload));
    (digest[..4] == checksum[..]).then(|| payload.to_vec())
}
