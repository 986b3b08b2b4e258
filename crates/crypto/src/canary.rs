//! Canaries: subjects that exist nowhere else, told from others by a key alone.
//!
//! An id is a moment and ten bytes. Of a canary the first five are a keyed function of the moment,
//! the other five one of the moment and the recipient it was planted for. Without the key they look
//! like chance, so that no stolen table says who is one; with it, two HMACs tell.

use crate::SecretKey;
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::SubjectId;
use sha2::Sha256;
use subtle::ConstantTimeEq;

const LABEL: &[u8] = b"lethe-canary-v1";
const NAME_LABEL: &[u8] = b"lethe-canary-name-v1";
/// Where the recipient's bytes begin.
const RECIPIENT_AT: usize = 11;

/// The key that makes and recognises canaries.
pub struct CanaryKey(Hmac<Sha256>);

impl CanaryKey {
    /// Prepares the key schedule.
    pub fn new(key: &SecretKey) -> Self {
        Self(Hmac::new_from_slice(key.expose()).expect("HMAC takes keys of any length"))
    }

    /// Makes the canary of a moment (Unix milliseconds) and a recipient. There is one for each.
    pub fn make(&self, at_ms: i64, recipient: &str) -> SubjectId {
        let moment = moment_of(at_ms);
        let mut random = [0; 10];
        random[..5].copy_from_slice(&self.bytes(&moment, None));
        random[5..].copy_from_slice(&self.bytes(&moment, Some(recipient)));
        SubjectId::from_parts(at_ms, random)
    }

    /// Says whether a subject is a canary, whoever it was planted for.
    ///
    /// Of 10^11 others, one is taken for one by chance.
    pub fn recognises(&self, subject: &SubjectId) -> bool {
        let (at_ms, moment) = split(subject);
        let mut random = [0; 10];
        random[..5].copy_from_slice(&self.bytes(&moment, None));
        let made = SubjectId::from_parts(at_ms, random);
        // The variant's two bits of byte 8 are set in both.
        let same = made.as_bytes()[..RECIPIENT_AT].ct_eq(&subject.as_bytes()[..RECIPIENT_AT]);
        same.into()
    }

    /// Says whether a canary was planted for this recipient.
    pub fn is_for(&self, subject: &SubjectId, recipient: &str) -> bool {
        let (at_ms, _) = split(subject);
        let made = self.make(at_ms, recipient);
        made.as_bytes().ct_eq(subject.as_bytes()).into()
    }

    /// Returns a name for a canary that leads to nobody without the key, and is always the same.
    pub fn name_of(&self, subject: &SubjectId) -> [u8; 8] {
        let mut mac = self.0.clone();
        mac.update(NAME_LABEL);
        mac.update(subject.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut name = [0; 8];
        name.copy_from_slice(&tag[..8]);
        name
    }

    fn bytes(&self, moment: &[u8; 6], recipient: Option<&str>) -> [u8; 5] {
        let mut mac = self.0.clone();
        mac.update(LABEL);
        mac.update(moment);
        if let Some(recipient) = recipient {
            mac.update(recipient.as_bytes());
        }
        let tag = mac.finalize().into_bytes();
        [tag[0], tag[1], tag[2], tag[3], tag[4]]
    }
}

fn moment_of(at_ms: i64) -> [u8; 6] {
    let bytes = at_ms.to_be_bytes();
    [bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
}

fn split(subject: &SubjectId) -> (i64, [u8; 6]) {
    let id = subject.as_bytes();
    let moment = [id[0], id[1], id[2], id[3], id[4], id[5]];
    let mut at_ms = [0; 8];
    at_ms[2..].copy_from_slice(&moment);
    (i64::from_be_bytes(at_ms), moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_model::Random;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Counting(AtomicU64);
    impl Random for Counting {
        fn fill(&self, target: &mut [u8]) {
            for byte in target {
                let next = self
                    .0
                    .load(Ordering::Relaxed)
                    .wrapping_mul(6_364_136_223_846_793_005)
                    + 1;
                self.0.store(next, Ordering::Relaxed);
                *byte = (next >> 33) as u8;
            }
        }
    }

    fn key(seed: u8) -> CanaryKey {
        CanaryKey::new(&SecretKey::take(&mut [seed; 32]))
    }

    #[test]
    fn a_canary_is_recognised_with_its_key_and_its_recipient_alone() {
        let canary = key(1).make(1_767_225_600_123, "marketing");
        assert!(key(1).recognises(&canary));
        assert!(key(1).is_for(&canary, "marketing"));
        assert!(!key(1).is_for(&canary, "warehouse"));
        assert!(!key(2).recognises(&canary));
        assert!(!key(2).is_for(&canary, "marketing"));
    }

    #[test]
    fn a_canarys_name_is_its_own_and_its_keys() {
        let one = key(1).make(1_767_225_600_123, "marketing");
        let other = key(1).make(1_767_225_600_124, "marketing");
        assert_eq!(key(1).name_of(&one), key(1).name_of(&one));
        assert_ne!(key(1).name_of(&one), key(1).name_of(&other));
        assert_ne!(key(1).name_of(&one), key(2).name_of(&one));
        assert!(
            !one.as_bytes()
                .windows(4)
                .any(|part| key(1).name_of(&one).starts_with(part))
        );
    }

    #[test]
    fn people_are_no_canaries() {
        let random = Counting(AtomicU64::new(7));
        let key = key(1);
        for n in 0..10_000 {
            let person = SubjectId::generate(1_767_225_600_000 + n, &random);
            assert!(!key.recognises(&person));
        }
    }
}
