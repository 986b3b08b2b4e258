//! Which Ed25519 signatures are accepted. The vectors are listed in `tests/vectors/README.md`; their
//! messages are no note texts, so these tests stand inside the crate.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::key::{KeyName, SignatureKind, VerifierKey};

#[derive(Deserialize)]
struct EdgeCase {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    flags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wycheproof {
    tc_id: u32,
    key: String,
    msg: String,
    sig: String,
    result: String,
    comment: String,
}

/// What makes a signature of the CCTV collection fail under our rule: anything of small order, any
/// second encoding of a point, and whatever only the cofactored equation accepts. Components of
/// small order inside an otherwise sound key or `R` do no harm.
const REFUSED: [&str; 5] = [
    "low_order_A",
    "low_order_R",
    "non_canonical_A",
    "non_canonical_R",
    "low_order_residue",
];

#[test]
fn edge_cases_are_decided_by_the_documented_rule() {
    let vectors: Vec<EdgeCase> = json_lines("cctv_ed25519.jsonl");
    let mut accepted = 0;
    for vector in vectors {
        let expected = !vector
            .flags
            .iter()
            .any(|flag| REFUSED.contains(&flag.as_str()));
        let found = accepts(&vector.key, vector.msg.as_bytes(), &vector.sig);
        assert_eq!(
            found, expected,
            "vector {}: {:?}",
            vector.number, vector.flags
        );
        accepted += u32::from(expected);
    }
    assert_eq!(accepted, 5);
}

#[test]
fn wycheproof_signatures_are_decided_as_wycheproof_says() {
    let vectors: Vec<Wycheproof> = json_lines("wycheproof_ed25519.jsonl");
    assert_eq!(vectors.len(), 151);
    for vector in vectors {
        let found = accepts(&vector.key, &from_hex(&vector.msg), &vector.sig);
        assert_eq!(
            found,
            vector.result == "valid",
            "{}: {}",
            vector.tc_id,
            vector.comment
        );
    }
}

/// Tells whether key and signature are accepted; the wrong length is a refusal.
fn accepts(key: &str, message: &[u8], signature: &str) -> bool {
    let name = KeyName::new("vector").unwrap();
    let (key, signature) = (from_hex(key), from_hex(signature));
    let (Ok(key), Ok(signature)) = (key.as_slice().try_into(), signature.as_slice().try_into())
    else {
        return false;
    };
    VerifierKey::new(SignatureKind::Ed25519, name, key)
        .is_ok_and(|key| key.accepts(message, signature))
}

fn json_lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .map(|digit| digit.to_digit(16).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap())
        .collect()
}
