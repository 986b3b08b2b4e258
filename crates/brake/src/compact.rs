//! Counts in one or two bytes: exact while small, rounded down by at most 6 % or 0.05 %.
//!
//! A tiny floating-point format for whole numbers. Rounding is always down, so that packing a
//! number again and again cannot make it grow.

/// Packs a count into a byte: exact to 31, up to 507,904.
pub(crate) fn pack8(count: u64) -> u8 {
    u8::try_from(pack(count, 4).min(0xff)).unwrap_or(u8::MAX)
}

/// Unpacks a byte.
pub(crate) fn unpack8(code: u8) -> u32 {
    u32::try_from(unpack(u32::from(code), 4)).unwrap_or(u32::MAX)
}

/// Packs a count into two bytes: exact to 4,095.
pub(crate) fn pack16(count: u64) -> u16 {
    u16::try_from(pack(count, 11).min(0xffff)).unwrap_or(u16::MAX)
}

/// Unpacks two bytes.
pub(crate) fn unpack16(code: u16) -> u64 {
    unpack(u32::from(code), 11)
}

fn pack(count: u64, mantissa_bits: u32) -> u32 {
    let length = 64 - count.leading_zeros();
    if length <= mantissa_bits {
        return count as u32;
    }
    let exponent = length - mantissa_bits;
    let mantissa = (count >> (exponent - 1)) as u32 - (1 << mantissa_bits);
    (exponent << mantissa_bits) | mantissa
}

fn unpack(code: u32, mantissa_bits: u32) -> u64 {
    let exponent = code >> mantissa_bits;
    let mantissa = u64::from(code & ((1 << mantissa_bits) - 1));
    if exponent == 0 {
        return mantissa;
    }
    ((1 << mantissa_bits) + mantissa) << (exponent - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_exact() {
        assert!((0..32).all(|count| unpack8(pack8(count)) == count as u32));
        assert!((0..4096).all(|count| unpack16(pack16(count)) == count));
    }

    #[test]
    fn large_counts_are_rounded_down_and_stay_in_order() {
        let mut before = (0, 0);
        for count in (0..600_000).step_by(7) {
            let now = (unpack8(pack8(count)), unpack16(pack16(count)));
            assert!(now.0 >= before.0 && now.1 >= before.1);
            assert!(now.1 <= count && now.1 as f64 >= count as f64 * 0.9995);
            if count < 500_000 {
                assert!(u64::from(now.0) <= count && f64::from(now.0) >= count as f64 * 0.94);
            }
            before = now;
        }
    }

    #[test]
    fn every_code_survives_and_nothing_overflows() {
        assert!((0..=u8::MAX).all(|code| pack8(u64::from(unpack8(code))) == code));
        assert!((0..=u16::MAX).all(|code| pack16(unpack16(code)) == code));
        assert_eq!(unpack8(pack8(u64::MAX)), 507_904);
        assert!(unpack16(pack16(u64::MAX)) > u64::from(u32::MAX));
    }
}
