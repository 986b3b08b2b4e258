//! Recovery codes: for whoever lost the app. Each is good once.

use crate::base32;
use lethe_model::Random;
use std::fmt;
use zeroize::Zeroizing;

/// How many somebody gets.
pub const RECOVERY_CODES: usize = 10;
/// Digits of a code: 60 bits.
const DIGITS: usize = 12;

/// A recovery code in clear: `ABCD-EFGH-JKLM`. Does not print.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// Draws a fresh code.
    pub fn generate(random: &dyn Random) -> Self {
        let bytes = Zeroizing::new(random.bytes::<8>());
        let digits = Zeroizing::new(base32::encode(&*bytes));
        Self(Zeroizing::new(digits[..DIGITS].to_owned()))
    }

    /// Reads what somebody typed: small letters, dashes and blanks as they like. `None` when it is
    /// no code.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 40 {
            return None;
        }
        let is_filling = |c: &char| !c.is_whitespace() && *c != '-';
        let digits: String = text.chars().filter(is_filling).collect();
        let digits = Zeroizing::new(digits.to_ascii_uppercase());
        let is_code = digits.len() == DIGITS && digits.bytes().all(base32::is_digit);
        is_code.then_some(Self(digits))
    }

    /// Returns what is hashed. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the code as it is written down.
    pub fn shown(&self) -> Zeroizing<String> {
        let code = &*self.0;
        Zeroizing::new(format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[recovery code]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Random for Counting {
        fn fill(&self, target: &mut [u8]) {
            for (byte, value) in target.iter_mut().zip(1..) {
                *byte = value;
            }
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::generate(&Counting);
        let shown = code.shown();
        assert_eq!(shown.len(), 14);
        for typed in [
            shown.to_string(),
            shown.to_lowercase(),
            shown.replace('-', " "),
        ] {
            assert_eq!(RecoveryCode::parse(&typed).unwrap().expose(), code.expose());
        }
        for bad in [
            "",
            "ABCD-EFGH-JKL",
            "ABCD-EFGH-JKL1",
            "ABCD-EFGH-JKLé",
            "ABCD-EFGH-JKLMN",
        ] {
            assert!(RecoveryCode::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "[recovery code]");
    }
}
