//! Openings: they recognise one person, and nobody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use lethe_receipt::{Openings, PublishedCommitment, PublishedEntry, PublishedScope};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// One person's commitment, computed from docs/log-format.md apart from the code.
fn commitment(log_key: &[u8; 32], subject: &[u8; 16], salt: &[u8; 16], fields: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(log_key).unwrap();
    mac.update(b"lethe-opening-v1");
    mac.update(salt);
    let mut hash = Sha256::new();
    hash.update(b"lethe-commitment-v1");
    hash.update(mac.finalize().into_bytes());
    hash.update(subject);
    hash.update(fields.to_be_bytes());
    BASE64.encode(hash.finalize())
}

fn scope(salt: &[u8; 16], fields: u64, hash: String) -> PublishedScope {
    PublishedScope {
        format: "lethe-published-scope v1".to_owned(),
        origin: "lethe.invalid/log/00112233445566ff".to_owned(),
        entries: vec![PublishedEntry {
            index: 5,
            salt: BASE64.encode(salt),
            commitments: vec![PublishedCommitment { fields, hash }],
        }],
    }
}

proptest! {
    #[test]
    fn only_the_right_persons_openings_match(
        key in any::<[u8; 32]>(),
        other_key in any::<[u8; 32]>(),
        subject in any::<[u8; 16]>(),
        other_subject in any::<[u8; 16]>(),
        salt in any::<[u8; 16]>(),
        fields in 1_u64..1 << 37,
        other_fields in 1_u64..1 << 37,
    ) {
        prop_assume!(key != other_key && subject != other_subject && fields != other_fields);
        let hash = commitment(&key, &subject, &salt, fields);
        let hits = |openings: Openings, fields| {
            openings.recognise(&scope(&salt, fields, hash.clone())).unwrap().len()
        };
        prop_assert_eq!(hits(Openings::new(&subject, 1, &key), fields), 1);
        prop_assert_eq!(hits(Openings::new(&subject, 1, &other_key), fields), 0);
        prop_assert_eq!(hits(Openings::new(&other_subject, 1, &key), fields), 0);
        prop_assert_eq!(hits(Openings::new(&subject, 1, &key), other_fields), 0);
    }
}
