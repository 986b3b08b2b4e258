//! A proof file and a cosignature that other programs made for a log that this crate wrote.

use lethe_tlog::{
    PolicyError, TlogProof, TlogProofError, TrustPolicy, decode_bundle, leaf_hash, prove_inclusion,
};

use crate::support::{ORIGIN, PublishedLog, log_signer, vector};

fn policy() -> TrustPolicy {
    let witness = vector("other_implementations/witness_vkey.txt")
        .trim()
        .parse()
        .unwrap();
    TrustPolicy::log_only(ORIGIN, log_signer().verifier_key().clone())
        .unwrap()
        .with_witnesses(vec![witness], 1)
        .unwrap()
}

#[test]
fn a_cosigned_proof_by_other_programs_is_believed() {
    let log = PublishedLog::of_size(300);
    let proof = vector("other_implementations/entry_150.tlog-proof");
    let proof = TlogProof::parse(proof.as_bytes()).unwrap();
    let entries = decode_bundle(&log.files["tile/entries/000"], 256).unwrap();
    let verified = proof.verify(&leaf_hash(entries[150]), &policy()).unwrap();
    assert_eq!(verified.checkpoint().size(), 300);
    assert_eq!(verified.cosignatures()[0].timestamp, 1_795_418_839);
    assert!(proof.verify(&leaf_hash(entries[151]), &policy()).is_err());
}

#[test]
fn a_proof_by_another_program_is_the_one_we_make() {
    let log = PublishedLog::of_size(300);
    let text = vector("other_implementations/entry_150.tlog-proof");
    let checkpoint = TlogProof::parse(text.as_bytes())
        .unwrap()
        .checkpoint()
        .clone();
    let ours = TlogProof::new(150, prove_inclusion(&log, 150, 300).unwrap(), checkpoint);
    assert_eq!(ours.to_string(), text);
}

#[test]
fn a_cosignature_by_another_program_does_not_fit_another_time() {
    let text = vector("other_implementations/entry_150.tlog-proof");
    // One digit within the Base 64 of the timestamp.
    let later = text.replace("AABrA+rX", "AABrA+rY");
    assert_ne!(later, text);
    let proof = TlogProof::parse(later.as_bytes()).unwrap();
    let refused = proof.verify(&leaf_hash(b""), &policy());
    assert!(matches!(
        refused,
        Err(TlogProofError::Checkpoint(PolicyError::Note(_)))
    ));
}
