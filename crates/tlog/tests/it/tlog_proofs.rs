//! `.tlog-proof` files.

use lethe_tlog::{
    Cosigner, Hash, InclusionProof, PolicyError, ProofError, TlogProof, TlogProofError,
    TrustPolicy, decode_bundle, leaf_hash, prove_inclusion,
};

use crate::support::{ORIGIN, PublishedLog, log_signer};

fn policy() -> TrustPolicy {
    TrustPolicy::log_only(ORIGIN, log_signer().verifier_key().clone()).unwrap()
}

fn proof_of(log: &PublishedLog, index: u64) -> TlogProof {
    let path = prove_inclusion(log, index, log.checkpoint().size()).unwrap();
    TlogProof::new(index, path, log.checkpoint_note())
}

fn leaf_of(log: &PublishedLog, index: usize) -> Hash {
    let bundle = &log.files["tile/entries/000.p/10"];
    leaf_hash(decode_bundle(bundle, 10).unwrap()[index])
}

fn parse_error(text: &str) -> TlogProofError {
    TlogProof::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn a_proof_file_verifies_offline_and_is_written_back_byte_for_byte() {
    let log = PublishedLog::of_size(10);
    for index in 0..10 {
        let leaf = leaf_of(&log, index);
        let proof = proof_of(&log, index.try_into().unwrap());
        for proof in [proof.clone(), proof.with_extra(b"salt".to_vec())] {
            let text = proof.to_string();
            let read = TlogProof::parse(text.as_bytes()).unwrap();
            assert_eq!(read, proof);
            assert_eq!(read.to_string(), text);
            assert_eq!(
                read.verify(&leaf, &policy()).unwrap().checkpoint().size(),
                10
            );
        }
    }
}

#[test]
fn the_lines_stand_in_the_order_of_the_specification() {
    let log = PublishedLog::of_size(10);
    let text = proof_of(&log, 8).with_extra(b"salt".to_vec()).to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(
        lines[..3],
        ["c2sp.org/tlog-proof@v1", "extra c2FsdA==", "index 8"]
    );
    assert_eq!((lines[3].len(), lines[4].len(), lines[5]), (44, 44, ""));
    assert_eq!(lines[6..8], [ORIGIN, "10"]);
    assert_eq!(
        lines[3],
        leaf_of(&log, 9).to_base64(),
        "the leaf's sibling comes first"
    );
}

#[test]
fn the_only_entry_of_a_log_needs_no_path() {
    let log = PublishedLog::of_size(1);
    let text = proof_of(&log, 0).to_string();
    assert!(text.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{ORIGIN}\n1\n")));
    assert!(TlogProof::parse(text.as_bytes()).is_ok());
}

#[test]
fn another_entry_index_or_path_is_refused() {
    let log = PublishedLog::of_size(10);
    let (leaf, proof) = (leaf_of(&log, 3), proof_of(&log, 3));
    let verify = |proof: TlogProof, leaf: &Hash| proof.verify(leaf, &policy()).unwrap_err();
    let mismatch = TlogProofError::Proof(ProofError::RootMismatch);
    assert_eq!(verify(proof.clone(), &leaf_of(&log, 4)), mismatch);
    let moved = TlogProof::new(2, proof.path().clone(), proof.checkpoint().clone());
    assert_eq!(verify(moved, &leaf), mismatch);
    let outside = TlogProof::new(10, proof.path().clone(), proof.checkpoint().clone());
    assert!(matches!(verify(outside, &leaf), TlogProofError::Proof(_)));
    let shorter = InclusionProof::new(proof.path().hashes()[1..].to_vec());
    let shorter = TlogProof::new(3, shorter, proof.checkpoint().clone());
    assert!(matches!(verify(shorter, &leaf), TlogProofError::Proof(_)));
}

#[test]
fn a_checkpoint_that_the_policy_does_not_believe_proves_nothing() {
    let log = PublishedLog::of_size(10);
    let (leaf, proof) = (leaf_of(&log, 3), proof_of(&log, 3));
    let witness = Cosigner::new("witness.example/w1", &[9; 32]).unwrap();
    let strict = policy()
        .with_witnesses(vec![witness.verifier_key().clone()], 1)
        .unwrap();
    let too_few = PolicyError::TooFewWitnesses {
        needed: 1,
        found: 0,
    };
    assert_eq!(proof.verify(&leaf, &strict), Err(too_few.into()));

    let mut checkpoint = log.checkpoint_note();
    checkpoint.add_signature(witness.cosign(&checkpoint, 5).unwrap());
    let cosigned = TlogProof::new(3, proof.path().clone(), checkpoint);
    let verified = cosigned.verify(&leaf, &strict).unwrap();
    assert_eq!(verified.cosignatures()[0].timestamp, 5);
}

#[test]
fn malformed_files_are_refused_by_line() {
    let log = PublishedLog::of_size(10);
    let good = proof_of(&log, 3).with_extra(b"salt".to_vec()).to_string();
    let hash = proof_of(&log, 3).path().hashes()[0].to_base64();
    let line = TlogProofError::Line;

    assert_eq!(parse_error(""), line(1));
    assert_eq!(parse_error("\n\n"), line(1));
    assert_eq!(parse_error(&good.replace("proof@v1", "proof@v2")), line(1));
    assert_eq!(parse_error(&format!(" {good}")), line(1));
    assert_eq!(parse_error(&good.replace('\n', "\r\n")), line(1));
    assert_eq!(
        parse_error(&good.replace("extra c2FsdA==", "extra c2FsdA")),
        line(2)
    );
    assert_eq!(
        parse_error(&good.replace("extra c2FsdA==", "extra ")),
        line(2)
    );
    assert_eq!(
        parse_error(&good.replace("extra c2FsdA==", "extra")),
        line(2)
    );
    assert_eq!(parse_error(&good.replace("extra ", "Extra ")), line(2));
    assert_eq!(parse_error(&good.replace("index 3", "index 03")), line(3));
    assert_eq!(parse_error(&good.replace("index 3", "index +3")), line(3));
    assert_eq!(parse_error(&good.replace("index 3", "index")), line(3));
    assert_eq!(parse_error(&good.replace("index 3\n", "")), line(3));
    assert_eq!(
        parse_error(&good.replace("index 3", "index 18446744073709551616")),
        line(3)
    );
    assert_eq!(parse_error(&good.replace(&hash, &hash[..43])), line(4));
    assert_eq!(
        parse_error(&good.replace(&hash, &format!("{hash} "))),
        line(4)
    );
    assert_eq!(
        parse_error(&good.replace("extra c2FsdA==\n", "").replace("index 3", "x")),
        line(2)
    );
    let endless = format!("{hash}\n").repeat(64);
    assert_eq!(
        parse_error(&good.replace(&format!("{hash}\n"), &endless)),
        line(67)
    );
    assert!(matches!(
        parse_error(good.trim_end()),
        TlogProofError::Note(_)
    ));
    assert!(matches!(
        parse_error("c2sp.org/tlog-proof@v1\nindex 0\n\n"),
        TlogProofError::Note(_)
    ));
    assert_eq!(
        parse_error(&" ".repeat((2 << 20) + 1)),
        TlogProofError::TooLong
    );
}
