//! What may be a key: 32 bytes in a row in anything stolen, short values stretched to that length,
//! and keys written as text.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use lethe_crypto::SecretKey;
use sha2::{Digest, Sha256};

const KEY_LEN: usize = 32;
/// Shorter values are no keys.
const SECRET_LEN_MIN: usize = 16;

/// Calls `each` with every key that a stolen value may hold, until it returns `false`.
pub(crate) fn keys_in(bytes: &[u8], mut each: impl FnMut(&SecretKey) -> bool) {
    if bytes.len() < SECRET_LEN_MIN {
        return;
    }
    if bytes.len() < KEY_LEN {
        let mut padded = [0; KEY_LEN];
        padded[..bytes.len()].copy_from_slice(bytes);
        let mut hashed: [u8; KEY_LEN] = Sha256::digest(bytes).into();
        let mut twice = [0; KEY_LEN];
        for (slot, byte) in twice.iter_mut().zip(bytes.iter().cycle()) {
            *slot = *byte;
        }
        for stretched in [&mut padded, &mut twice, &mut hashed] {
            each(&SecretKey::take(stretched));
        }
        return;
    }
    for window in bytes.windows(KEY_LEN) {
        let mut key = [0; KEY_LEN];
        key.copy_from_slice(window);
        if !each(&SecretKey::take(&mut key)) {
            return;
        }
    }
}

/// Counts the keys that [`keys_in`] makes of a value of this length.
pub(crate) fn count_of(len: usize) -> u64 {
    match len {
        0..SECRET_LEN_MIN => 0,
        SECRET_LEN_MIN..KEY_LEN => 3,
        _ => (len - KEY_LEN + 1) as u64,
    }
}

/// Decodes runs of hex and base64 digits that are long enough to be keys.
pub(crate) fn decoded_runs(text: &[u8]) -> Vec<Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let runs = text.split(|byte| !is_digit(byte));
    let mut decoded = Vec::new();
    for run in runs.filter(|run| run.len() >= 43) {
        if run.len() >= 64 && run.iter().all(u8::is_ascii_hexdigit) {
            decoded.push(unhex(run));
        }
        let standard: Vec<u8> = run
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        // The last digit may hold bits that no encoder writes; the digits before it decide.
        let whole = &standard[..standard.len() / 4 * 4];
        decoded.extend(STANDARD_NO_PAD.decode(&standard).ok());
        decoded.extend(STANDARD_NO_PAD.decode(whole).ok());
    }
    decoded
}

fn unhex(run: &[u8]) -> Vec<u8> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    };
    run.chunks_exact(2)
        .map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bytes: &[u8], key: &[u8; 32]) -> bool {
        let mut is_there = false;
        keys_in(bytes, |found| {
            is_there |= found.expose() == key;
            true
        });
        is_there
    }

    #[test]
    fn a_key_is_found_wherever_it_stands_and_however_it_is_written() {
        let key: [u8; 32] = std::array::from_fn(|at| at as u8 * 7);
        let stored = [b"abc".as_slice(), &key, b"xyz"].concat();
        assert!(holds(&stored, &key));
        assert!(!holds(&stored[4..], &key));
        let hex = format!(
            "root = {}\n",
            String::from_utf8(crate::search::hex(&key)).unwrap()
        );
        let base64 = format!("\"{}=\"", STANDARD_NO_PAD.encode(key));
        for text in [hex, base64] {
            let runs = decoded_runs(text.as_bytes());
            assert!(runs.iter().any(|run| holds(run, &key)), "{text}");
        }
        let mut made = 0;
        keys_in(&[1; 60], |_| {
            made += 1;
            true
        });
        assert_eq!(made, count_of(60));
    }
}
