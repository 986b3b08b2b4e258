//! Whose checkpoints are believed, and cosignatures.

use lethe_tlog::{
    Checkpoint, CosignError, Cosigner, Hash, KeyName, Note, NoteError, NoteSigner, PolicyError,
    SignatureKind, TIMESTAMP_MAX, TrustPolicy, VerifierKey,
};

use crate::support::{ORIGIN, log_signer};

fn cosigner(number: u8) -> Cosigner {
    Cosigner::new(&format!("witness.example/w{number}"), &[100 + number; 32]).unwrap()
}

fn witnesses(numbers: &[u8]) -> Vec<VerifierKey> {
    numbers
        .iter()
        .map(|number| cosigner(*number).verifier_key().clone())
        .collect()
}

fn log_only() -> TrustPolicy {
    TrustPolicy::log_only(ORIGIN, log_signer().verifier_key().clone()).unwrap()
}

fn checkpoint_text() -> String {
    Checkpoint::new(ORIGIN, 7, Hash::from_bytes([7; 32]))
        .unwrap()
        .to_string()
}

fn signed() -> Note {
    Note::sign(&checkpoint_text(), &log_signer()).unwrap()
}

fn cosigned(times: &[(u8, u64)]) -> Note {
    let mut note = signed();
    for (number, time) in times {
        note.add_signature(cosigner(*number).cosign(&note, *time).unwrap());
    }
    Note::parse(note.to_string().as_bytes()).unwrap()
}

#[test]
fn a_log_is_believed_on_its_own_word_if_the_policy_says_so() {
    let verified = log_only().open_checkpoint(&cosigned(&[(1, 5)])).unwrap();
    assert_eq!(verified.checkpoint().size(), 7);
    assert!(
        verified.cosignatures().is_empty(),
        "unknown witnesses do not count"
    );
}

#[test]
fn a_quorum_of_witnesses_is_counted_with_their_times() {
    let policy = log_only().with_witnesses(witnesses(&[1, 2, 3]), 2).unwrap();
    let verified = policy
        .open_checkpoint(&cosigned(&[(1, 1_679_315_147), (3, 0)]))
        .unwrap();
    let found: Vec<_> = verified
        .cosignatures()
        .iter()
        .map(|cosignature| (cosignature.witness.as_str(), cosignature.timestamp))
        .collect();
    assert_eq!(
        found,
        [
            ("witness.example/w1", 1_679_315_147),
            ("witness.example/w3", 0)
        ]
    );

    let too_few = PolicyError::TooFewWitnesses {
        needed: 2,
        found: 1,
    };
    assert_eq!(
        policy.open_checkpoint(&cosigned(&[(1, 5), (4, 5)])),
        Err(too_few)
    );
}

#[test]
fn a_witness_that_signed_twice_counts_once_with_its_later_time() {
    let policy = log_only().with_witnesses(witnesses(&[1, 2]), 1).unwrap();
    let note = signed();
    let lines = [9, 5, 7].map(|time| cosigner(1).cosign(&note, time).unwrap().to_string());
    let note = Note::parse(format!("{note}{}\n", lines.join("\n")).as_bytes()).unwrap();
    let verified = policy.open_checkpoint(&note).unwrap();
    assert_eq!(verified.cosignatures().len(), 1);
    assert_eq!(verified.cosignatures()[0].timestamp, 9);
}

#[test]
fn witnesses_do_not_replace_the_log() {
    let policy = log_only().with_witnesses(witnesses(&[1]), 1).unwrap();
    let text = cosigned(&[(1, 5)]).to_string();
    let log_line = signed().signatures()[0].to_string();
    let without = Note::parse(text.replace(&format!("{log_line}\n"), "").as_bytes()).unwrap();
    assert_eq!(
        policy.open_checkpoint(&without),
        Err(PolicyError::NotSignedByLog)
    );
    assert_eq!(
        log_only().open_checkpoint(&without),
        Err(NoteError::NotSigned.into())
    );
}

#[test]
fn a_checkpoint_of_another_origin_is_refused() {
    let text = Checkpoint::new("example.com/other", 7, Hash::from_bytes([7; 32])).unwrap();
    let note = Note::sign(&text.to_string(), &log_signer()).unwrap();
    assert_eq!(
        log_only().open_checkpoint(&note),
        Err(PolicyError::OtherOrigin)
    );
}

#[test]
fn a_note_that_is_no_checkpoint_is_refused() {
    let note = Note::sign("just a text\n", &log_signer()).unwrap();
    assert!(matches!(
        log_only().open_checkpoint(&note),
        Err(PolicyError::Checkpoint(_))
    ));
    assert!(matches!(
        cosigner(1).cosign(&note, 5),
        Err(CosignError::NotACheckpoint(_))
    ));
}

#[test]
fn a_cosignature_covers_time_text_and_extensions() {
    let policy = log_only().with_witnesses(witnesses(&[1]), 1).unwrap();
    let extended = Note::sign(&format!("{}extension\n", checkpoint_text()), &log_signer()).unwrap();
    let extension_lost = cosigner(1).cosign(&extended, 5).unwrap();
    let mut note = signed();
    note.add_signature(extension_lost);
    assert!(matches!(
        policy.open_checkpoint(&note),
        Err(PolicyError::Note(_))
    ));

    let line = cosigner(1).cosign(&signed(), 5).unwrap().to_string();
    let (start, base64) = line.rsplit_once(' ').unwrap();
    for (byte, what) in [(11, "time"), (12, "R"), (75, "S")] {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let mut bytes = STANDARD.decode(base64).unwrap();
        assert_eq!(bytes.len(), 4 + 8 + 64);
        bytes[byte] ^= 1;
        let note = format!("{}{start} {}\n", signed(), STANDARD.encode(bytes));
        let note = Note::parse(note.as_bytes()).unwrap();
        assert!(
            matches!(policy.open_checkpoint(&note), Err(PolicyError::Note(_))),
            "{what}"
        );
    }
}

#[test]
fn times_beyond_the_format_are_neither_made_nor_believed() {
    assert!(cosigner(1).cosign(&signed(), TIMESTAMP_MAX).is_ok());
    let beyond = TIMESTAMP_MAX + 1;
    assert_eq!(
        cosigner(1).cosign(&signed(), beyond),
        Err(CosignError::Timestamp(beyond))
    );

    // A foreign cosigner that signs such a time all the same.
    use ed25519_dalek::{Signer, SigningKey};
    let message = format!("cosignature/v1\ntime {beyond}\n{}", checkpoint_text());
    let signature = SigningKey::from_bytes(&[101; 32])
        .sign(message.as_bytes())
        .to_bytes();
    let key = &witnesses(&[1])[0];
    let bytes = [
        key.id().as_bytes().as_slice(),
        &beyond.to_be_bytes(),
        &signature,
    ]
    .concat();
    use base64::{Engine, engine::general_purpose::STANDARD};
    let note = format!(
        "{}\u{2014} {} {}\n",
        signed(),
        key.name(),
        STANDARD.encode(bytes)
    );
    let note = Note::parse(note.as_bytes()).unwrap();
    let policy = log_only().with_witnesses(witnesses(&[1]), 1).unwrap();
    assert!(matches!(
        policy.open_checkpoint(&note),
        Err(PolicyError::Note(_))
    ));
}

#[test]
fn policies_that_cannot_mean_what_they_say_are_refused() {
    let log_key = log_signer().verifier_key().clone();
    let witness = witnesses(&[1]).remove(0);
    assert!(matches!(
        TrustPolicy::log_only(ORIGIN, witness.clone()),
        Err(PolicyError::KeyKind(_))
    ));
    let wrong_kind = log_only().with_witnesses(vec![log_key.clone()], 1);
    assert!(matches!(wrong_kind, Err(PolicyError::KeyKind(_))));
    let too_many = log_only().with_witnesses(witnesses(&[1, 2]), 3);
    assert!(matches!(too_many, Err(PolicyError::Quorum(2, 3))));

    // One key under two names, and a log that is its own witness.
    let cosignature_key = |name: &str, key: &VerifierKey| {
        VerifierKey::new(
            SignatureKind::CosignatureV1,
            KeyName::new(name).unwrap(),
            key.public_key(),
        )
        .unwrap()
    };
    let alias = cosignature_key("witness.example/alias", &witness);
    let twice = log_only().with_witnesses(vec![witness, alias], 2);
    assert!(matches!(twice, Err(PolicyError::SharedKey(_))));
    let own = log_only().with_witnesses(vec![cosignature_key("witness.example/w1", &log_key)], 1);
    assert!(matches!(own, Err(PolicyError::SharedKey(_))));
}

#[test]
fn debug_shows_the_public_half_of_a_cosigner() {
    let cosigner = cosigner(1);
    assert_eq!(
        format!("{cosigner:?}"),
        format!("Cosigner({})", cosigner.verifier_key())
    );
    let signer = NoteSigner::new("name", &[1; 32]).unwrap();
    assert!(!format!("{signer:?}").contains("secret"));
}
