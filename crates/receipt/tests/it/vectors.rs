//! `docs/vectors/receipt-v1.json` against the code. A program of its own made it, from the documents.

use lethe_receipt::{DestructionRecord, ErasureReceipt, PublishedScope, ReceiptError, ScopeError};
use lethe_tlog::{NoteSigner, VerifierKey};
use serde_json::Value;

pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../docs/vectors/receipt-v1.json")).unwrap()
}

/// The receipt of the vectors: one holder is open, and the law keeps something.
pub(crate) fn receipt() -> ErasureReceipt {
    serde_json::from_value(vectors()["receipt"]["content"].clone()).unwrap()
}

/// The destruction record of the vectors.
pub(crate) fn record() -> DestructionRecord {
    serde_json::from_value(vectors()["record"]["content"].clone()).unwrap()
}

pub(crate) fn signer() -> NoteSigner {
    let signer = &vectors()["signer"];
    let seed: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text(&signer["seed"])[at..at + 2], 16).unwrap())
        .collect();
    NoteSigner::new(text(&signer["name"]), &seed.try_into().unwrap()).unwrap()
}

fn key() -> VerifierKey {
    text(&vectors()["signer"]["vkey"]).parse().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn a_receipt_is_signed_and_read_as_documented() {
    let signed = vectors()["receipt"]["signed"].clone();
    assert_eq!(receipt().sign(&signer()), text(&signed));
    assert_eq!(ErasureReceipt::verify(text(&signed), &key()), Ok(receipt()));
}

#[test]
fn a_destruction_record_is_signed_and_read_as_documented() {
    let signed = vectors()["record"]["signed"].clone();
    assert_eq!(record().sign(&signer()), text(&signed));
    assert_eq!(
        DestructionRecord::verify(text(&signed), &key()),
        Ok(record())
    );
}

#[test]
fn what_must_not_verify_is_refused_for_the_documented_reason() {
    for one in list(&vectors()["must_not_verify"]) {
        let error = ErasureReceipt::verify(text(&one["signed"]), &key()).unwrap_err();
        let found = match error {
            ReceiptError::NotANote => "not-a-note",
            ReceiptError::Signature => "signature",
            ReceiptError::OtherKind(_) => "other-kind",
            ReceiptError::Content(_) => "content",
            _ => "unknown",
        };
        assert_eq!(found, text(&one["error"]), "{}", one["why"]);
    }
}

#[test]
fn the_person_is_found_in_the_published_scope_and_with_the_right_fields() {
    let vectors = vectors();
    let scope: PublishedScope = serde_json::from_value(vectors["scope"].clone()).unwrap();
    let hits = receipt().recognise(&scope).unwrap();
    assert_eq!(serde_json::to_value(hits).unwrap(), vectors["hits"]);
}

#[test]
fn a_list_that_cannot_be_read_whole_is_refused_and_not_taken_for_a_miss() {
    for one in list(&vectors()["must_not_search"]) {
        let scope: PublishedScope = serde_json::from_value(one["scope"].clone()).unwrap();
        let found = match receipt().recognise(&scope).unwrap_err() {
            ScopeError::Format => "format",
            ScopeError::OtherLog => "other-log",
            ScopeError::Entry(_) => "entry",
            _ => "unknown",
        };
        assert_eq!(found, text(&one["error"]), "{}", one["why"]);
    }
}
