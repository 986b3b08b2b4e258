//! Base 62 of fixed width: digits, capitals, small letters. One double-click selects the whole.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62⁵ fits an `u32`: five digits are taken in one division.
const CHUNK: u64 = 62 * 62 * 62 * 62 * 62;

/// Writes big-endian `bytes` as exactly `width` digits. `width` must be enough for them.
pub(crate) fn encode(bytes: &[u8], width: usize) -> String {
    let mut limbs: Vec<u32> = bytes
        .rchunks(4)
        .rev()
        .map(|chunk| {
            chunk
                .iter()
                .fold(0, |limb, byte| limb << 8 | u32::from(*byte))
        })
        .collect();
    let mut digits = vec![b'0'; width.next_multiple_of(5)];
    for slot in digits.rchunks_mut(5) {
        let mut rest = 0u64;
        for limb in &mut limbs {
            let value = rest << 32 | u64::from(*limb);
            *limb = u32::try_from(value / CHUNK).unwrap_or(u32::MAX);
            rest = value % CHUNK;
        }
        for digit in slot.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
    }
    let start = digits.len() - width;
    digits.drain(..start);
    digits.into_iter().map(char::from).collect()
}

/// Reads digits back into exactly `N` big-endian bytes; `None` for anything [`encode`] cannot write.
pub(crate) fn decode<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut limbs = vec![0u32; N.div_ceil(4)];
    for digit in digits.bytes() {
        let mut carry = u64::from(value_of(digit)?);
        for limb in limbs.iter_mut().rev() {
            let value = u64::from(*limb) * 62 + carry;
            *limb = (value & 0xffff_ffff) as u32;
            carry = value >> 32;
        }
        if carry != 0 {
            return None;
        }
    }
    let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_be_bytes()).collect();
    let (surplus, exact) = bytes.split_at(bytes.len() - N);
    if surplus.iter().any(|byte| *byte != 0) {
        return None;
    }
    exact.try_into().ok()
}

fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'Z' => Some(digit - b'A' + 10),
        b'a'..=b'z' => Some(digit - b'a' + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(encode(&[0; 32], 43), "0".repeat(43));
        assert_eq!(encode(&[61], 2), "0z");
        assert_eq!(encode(&[62], 2), "10");
        assert_eq!(encode(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(bytes: [u8; 32], more: [u8; 16]) {
            prop_assert_eq!(decode::<32>(&encode(&bytes, 43)), Some(bytes));
            let mut long = [0; 48];
            long[..32].copy_from_slice(&bytes);
            long[32..].copy_from_slice(&more);
            prop_assert_eq!(decode::<48>(&encode(&long, 65)), Some(long));
        }

        #[test]
        fn any_text_is_refused_or_read_without_panic(text in ".{0,70}") {
            let _read: Option<[u8; 32]> = decode(&text);
        }
    }
}
