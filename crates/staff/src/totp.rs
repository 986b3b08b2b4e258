//! One-time codes of authenticator apps (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, thirty
//! seconds, which is what all apps know.

use crate::{StaffName, base32};
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::Random;
use sha1::Sha1;
use std::fmt;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// How long a code stands, in milliseconds.
pub const STEP_MS: i64 = 30_000;
/// Length of a secret in bytes: as long as the hash (RFC 4226 §4, R6).
const SECRET_LEN: usize = 20;
/// How many codes there are.
const CODES: u32 = 1_000_000;

/// What an app and the vault share. Does not print, and is overwritten when dropped.
#[derive(Clone)]
pub struct TotpSecret([u8; SECRET_LEN]);

/// A code as it was typed. Does not print.
#[derive(Clone)]
pub struct TotpCode(Zeroizing<u32>);

impl TotpCode {
    /// Reads six digits; blanks between them are nothing. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = || text.chars().filter(|c| !c.is_whitespace());
        let is_code =
            text.len() <= 16 && digits().count() == 6 && digits().all(|c| c.is_ascii_digit());
        let add = |code, digit: char| code * 10 + digit.to_digit(10).unwrap_or(0);
        is_code.then(|| Self(Zeroizing::new(digits().fold(0, add))))
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[code]")
    }
}

impl TotpSecret {
    /// Draws a fresh secret.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.bytes())
    }

    /// Reads what was unwrapped; `None` when it has another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads what [`Self::base32`] wrote; `None` for anything else.
    pub fn from_base32(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(base32::decode(text)?);
        Self::from_slice(&bytes)
    }

    /// Returns the bytes, to be wrapped. Every call is a place to review.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns the step whose code this is: now's, the one before or the one after (RFC 6238 §5.2),
    /// if it is later than `last_step`. A code is good once.
    pub fn accepts(&self, code: &TotpCode, now_ms: i64, last_step: Option<i64>) -> Option<i64> {
        let now = now_ms.div_euclid(STEP_MS);
        let mut found = -1_i64;
        for step in [now - 1, now, now + 1] {
            let is_it = self.code_at(step).ct_eq(&code.0);
            found.conditional_assign(&step, is_it);
        }
        (found >= 0 && last_step.is_none_or(|last| found > last)).then_some(found)
    }

    /// Returns what to scan or type into an app, in the form that all of them read
    /// (`otpauth://totp/…`). It holds the secret.
    pub fn uri(&self, issuer: &str, name: &StaffName) -> Zeroizing<String> {
        let issuer = encoded(issuer);
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            *self.base32()
        ))
    }

    /// Returns the secret as people type it.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(base32::encode(&self.0))
    }

    /// Returns the code of a moment, as an app shows it: for tests of what asks for one.
    pub fn code_for(&self, now_ms: i64) -> String {
        format!("{:06}", self.code_at(now_ms.div_euclid(STEP_MS)))
    }

    fn code_at(&self, step: i64) -> u32 {
        self.truncated(step) % CODES
    }

    /// HOTP's dynamic truncation (RFC 4226 §5.3).
    fn truncated(&self, step: i64) -> u32 {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let at = usize::from(digest[19] & 0x0f);
        let four = [digest[at], digest[at + 1], digest[at + 2], digest[at + 3]];
        u32::from_be_bytes(four) & 0x7fff_ffff
    }
}

impl Drop for TotpSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[TOTP secret]")
    }
}

/// Percent-encodes (RFC 3986 §2.3).
fn encoded(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|byte| match is_plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the test vectors of RFC 4226 and RFC 6238.
    fn secret() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    /// RFC 4226, appendix D: truncated values of counters 0 to 9.
    #[test]
    fn the_vectors_of_rfc_4226() {
        let truncated = [
            1_284_755_224,
            1_094_287_082,
            137_359_152,
            1_726_969_429,
            1_640_338_314,
            868_254_676,
            1_918_287_922,
            82_162_583,
            673_399_871,
            645_520_489,
        ];
        for (counter, value) in (0..).zip(truncated) {
            assert_eq!(secret().truncated(counter), value);
        }
    }

    /// RFC 6238, appendix B, SHA-1: eight digits there, of which an app shows the last six.
    #[test]
    fn the_vectors_of_rfc_6238() {
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(secret().truncated(seconds / 30) % 100_000_000, code);
            let shown = format!("{:06}", code % 1_000_000);
            assert_eq!(secret().code_for(seconds * 1_000), shown);
        }
    }

    #[test]
    fn a_code_is_good_once_and_within_a_step_of_now() {
        let now_ms = 1_234_567_890_000;
        let step = now_ms / STEP_MS;
        let code = |at_ms| TotpCode::parse(&secret().code_for(at_ms)).unwrap();
        assert_eq!(secret().accepts(&code(now_ms), now_ms, None), Some(step));
        let early = code(now_ms - STEP_MS);
        assert_eq!(secret().accepts(&early, now_ms, None), Some(step - 1));
        assert_eq!(secret().accepts(&code(now_ms), now_ms, Some(step)), None);
        assert_eq!(secret().accepts(&early, now_ms, Some(step)), None);
        assert_eq!(
            secret().accepts(&code(now_ms - 2 * STEP_MS), now_ms, None),
            None
        );
        assert_eq!(
            secret().accepts(&code(now_ms + 2 * STEP_MS), now_ms, None),
            None
        );
    }

    #[test]
    fn six_digits_are_a_code_and_nothing_else_is() {
        assert!(TotpCode::parse("012 345").is_some());
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "+12345"] {
            assert!(TotpCode::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_app_reads_issuer_name_and_secret() {
        let uri = secret().uri("Acme & Co", &StaffName::parse("ada").unwrap());
        assert_eq!(
            *uri,
            "otpauth://totp/Acme%20%26%20Co:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Acme%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", secret()), "[TOTP secret]");
    }
}
