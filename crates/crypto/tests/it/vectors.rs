//! Reading the vector files.

use lethe_crypto::SecretKey;
use serde_json::Value;

/// One case of a file.
pub(crate) struct Case(Value);

/// Parses a vector file and calls `check` with each case; the file must hold `count` of them.
pub(crate) fn each_case(file: &str, count: usize, mut check: impl FnMut(&Case)) {
    let cases: Vec<Value> = serde_json::from_str(file).expect("a vector file is a JSON array");
    assert_eq!(cases.len(), count, "cases were lost");
    for case in cases {
        check(&Case(case));
    }
}

impl Case {
    /// Returns a member that is hexadecimal; absent is empty.
    pub(crate) fn bytes(&self, member: &str) -> Vec<u8> {
        unhex(self.0[member].as_str().unwrap_or_default())
    }

    /// Returns a member that is a nonce or key of exactly this length.
    pub(crate) fn array<const N: usize>(&self, member: &str) -> [u8; N] {
        let bytes = self.bytes(member);
        bytes.try_into().expect("the vector has this length")
    }

    /// Returns a 256-bit key.
    pub(crate) fn key(&self) -> SecretKey {
        SecretKey::take(&mut self.array("key"))
    }

    /// Returns a member that is a number.
    pub(crate) fn number(&self, member: &str) -> usize {
        let number = self.0[member].as_u64().expect("a number");
        usize::try_from(number).expect("small numbers")
    }

    /// Returns the cases inside this one.
    pub(crate) fn inner(&self, member: &str) -> Vec<Case> {
        let inner = self.0[member].as_array().expect("a list");
        inner.iter().cloned().map(Case).collect()
    }

    /// Returns a list of hexadecimal values.
    pub(crate) fn list(&self, member: &str) -> Vec<Vec<u8>> {
        let list = self.0[member].as_array().expect("a list");
        list.iter()
            .map(|one| unhex(one.as_str().unwrap()))
            .collect()
    }

    /// Says whether the case must be accepted. There is no third kind in these files.
    pub(crate) fn is_valid(&self) -> bool {
        match self.0["result"].as_str() {
            Some("valid") => true,
            Some("invalid") => false,
            other => panic!("{}: result {other:?}", self.name()),
        }
    }

    /// Returns what names the case in a failure.
    pub(crate) fn name(&self) -> String {
        format!("case {}: {}", self.0["tcId"], self.0["comment"])
    }
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd hexadecimal");
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(byte).collect()
}
