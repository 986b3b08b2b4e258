//! The proof vectors of transparency-dev/merkle, those to accept and those to refuse.

use lethe_tlog::{ConsistencyProof, Hash, InclusionProof, verify_consistency, verify_inclusion};
use serde::Deserialize;

use crate::support::json_lines;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    file: String,
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    file: String,
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[test]
fn inclusion_proofs_are_judged_as_the_reference_judges_them() {
    let vectors: Vec<Inclusion> = json_lines("merkle_inclusion.jsonl");
    assert_eq!(vectors.len(), 98);
    for vector in vectors {
        assert_eq!(
            inclusion_holds(&vector).is_none(),
            vector.want_err,
            "{}",
            vector.file
        );
    }
}

#[test]
fn consistency_proofs_are_judged_as_the_reference_judges_them() {
    let vectors: Vec<Consistency> = json_lines("merkle_consistency.jsonl");
    assert_eq!(vectors.len(), 98);
    for vector in vectors {
        assert_eq!(
            consistency_holds(&vector).is_none(),
            vector.want_err,
            "{}",
            vector.file
        );
    }
}

fn inclusion_holds(vector: &Inclusion) -> Option<()> {
    let leaf = Hash::from_base64(&vector.leaf_hash)?;
    let root = Hash::from_base64(&vector.root)?;
    let proof = InclusionProof::new(hashes(vector.proof.as_deref())?);
    verify_inclusion(&leaf, vector.leaf_idx, vector.tree_size, &proof, &root).ok()
}

fn consistency_holds(vector: &Consistency) -> Option<()> {
    let (old, new) = (root(&vector.root1)?, root(&vector.root2)?);
    let proof = ConsistencyProof::new(hashes(vector.proof.as_deref())?);
    verify_consistency(vector.size1, &old, vector.size2, &new, &proof).ok()
}

fn hashes(proof: Option<&[String]>) -> Option<Vec<Hash>> {
    proof
        .unwrap_or_default()
        .iter()
        .map(|hash| Hash::from_base64(hash))
        .collect()
}

/// Some vectors, one of them to accept, have the roots "don't care 1" and "don't care 2", which are
/// no hashes. Two hashes stand in for them.
fn root(text: &str) -> Option<Hash> {
    match text {
        "ZG9uJ3QgY2FyZSAx" => Some(Hash::from_bytes([1; 32])),
        "ZG9uJ3QgY2FyZSAy" => Some(Hash::from_bytes([2; 32])),
        _ => Hash::from_base64(text),
    }
}
