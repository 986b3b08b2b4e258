//! Signed notes and verifier keys.

use lethe_tlog::{
    KeyError, KeyName, Note, NoteError, NoteSignature, NoteSigner, SIGNATURES_MAX, SignatureKind,
    VerifierKey,
};
use serde::Deserialize;

use crate::support::json_vector;

#[derive(Deserialize)]
struct NoteVector {
    name: String,
    vkey: String,
    note: String,
    valid: bool,
}

/// Seed numbers of two keys called "a" that have the same id.
const COLLIDING: (u32, u32) = (69_101, 114_672);

fn signer(name: &str, seed: u8) -> NoteSigner {
    NoteSigner::new(name, &[seed; 32]).unwrap()
}

fn signed_by(signers: &[&NoteSigner]) -> Note {
    let mut note = Note::sign("text\n", signers[0]).unwrap();
    for other in &signers[1..] {
        note.add_signature(Note::sign("text\n", other).unwrap().signatures()[0].clone());
    }
    note
}

fn parse_error(note: &str) -> NoteError {
    Note::parse(note.as_bytes()).unwrap_err()
}

#[test]
fn notes_of_other_implementations_are_judged_as_they_judge_them() {
    let vectors: Vec<NoteVector> = json_vector("signed_note_vectors.json");
    assert_eq!(vectors.len(), 11);
    for NoteVector {
        name,
        vkey,
        note,
        valid,
    } in vectors
    {
        let opened = vkey.parse::<VerifierKey>().ok().and_then(|key| {
            let note = Note::parse(note.as_bytes()).ok()?;
            note.open([&key]).ok()
        });
        assert_eq!(opened.is_some(), valid, "{name}");
    }
}

#[test]
fn what_is_read_is_written_back_byte_for_byte() {
    for NoteVector {
        note, vkey, valid, ..
    } in json_vector::<Vec<NoteVector>>("signed_note_vectors.json")
    {
        if valid {
            assert_eq!(Note::parse(note.as_bytes()).unwrap().to_string(), note);
            assert_eq!(vkey.parse::<VerifierKey>().unwrap().to_string(), vkey);
        }
    }
}

#[test]
fn a_signed_note_opens_with_its_key_only() {
    let (ours, theirs) = (signer("example.com/log", 1), signer("example.com/log", 2));
    let note = Note::parse(signed_by(&[&ours]).to_string().as_bytes()).unwrap();
    assert_eq!(note.text(), "text\n");
    let [verified] = note
        .open([ours.verifier_key()])
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(verified.name.as_str(), "example.com/log");
    assert_eq!(verified.key_id, ours.verifier_key().id());
    assert_eq!(verified.timestamp, None);
    assert_eq!(
        note.open([theirs.verifier_key()]),
        Err(NoteError::NotSigned)
    );
    assert_eq!(note.open([]), Err(NoteError::NotSigned));
}

#[test]
fn unknown_signatures_are_ignored_and_known_ones_must_be_good() {
    let (log, other) = (signer("example.com/log", 1), signer("example.com/other", 2));
    let mut note = signed_by(&[&log, &other]);
    // A signature of a type nobody here knows, as long as a post-quantum one.
    let unknown = format!("\u{2014} pq.example {}", base64_of(&[9; 2432]));
    note.add_signature(unknown.parse().unwrap());
    assert_eq!(note.open([log.verifier_key()]).unwrap().len(), 1);
    assert_eq!(
        note.open([log.verifier_key(), other.verifier_key()])
            .unwrap()
            .len(),
        2
    );

    let spoiled = note.to_string().replacen("text", "tent", 1);
    let spoiled = Note::parse(spoiled.as_bytes()).unwrap();
    let expected = NoteError::InvalidSignature {
        name: KeyName::new("example.com/log").unwrap(),
        key_id: log.verifier_key().id(),
    };
    assert_eq!(spoiled.open([log.verifier_key()]), Err(expected));
}

#[test]
fn one_bad_known_signature_refuses_the_whole_note() {
    let (log, other) = (signer("example.com/log", 1), signer("example.com/other", 2));
    let mut note = signed_by(&[&log]);
    note.add_signature(Note::sign("other text\n", &other).unwrap().signatures()[0].clone());
    assert!(note.open([log.verifier_key()]).is_ok());
    let refused = note.open([log.verifier_key(), other.verifier_key()]);
    assert!(
        matches!(refused, Err(NoteError::InvalidSignature { name, .. }) if name.as_str() == "example.com/other")
    );
}

#[test]
fn a_repeated_signature_counts_once_and_is_verified_each_time() {
    let log = signer("example.com/log", 1);
    let note = signed_by(&[&log]).to_string();
    let line = note.lines().last().unwrap();
    let twice = Note::parse(format!("{note}{line}\n").as_bytes()).unwrap();
    assert_eq!(twice.open([log.verifier_key()]).unwrap().len(), 1);

    let bad = Note::sign("other text\n", &log).unwrap().signatures()[0].to_string();
    let second_bad = Note::parse(format!("{note}{bad}\n").as_bytes()).unwrap();
    assert!(matches!(
        second_bad.open([log.verifier_key()]),
        Err(NoteError::InvalidSignature { .. })
    ));
}

#[test]
fn signing_again_replaces_the_earlier_signature() {
    let (log, other) = (signer("example.com/log", 1), signer("example.com/other", 2));
    let mut note = signed_by(&[&log, &other]);
    let again = note.signatures()[0].clone();
    note.add_signature(again.clone());
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.signatures()[1], again);
}

#[test]
fn the_last_empty_line_ends_the_text() {
    let log = signer("example.com/log", 1);
    for text in [
        "\n",
        "a\n\n\u{2014} not a signature\n",
        "a\n\n",
        "\n\n\n",
        "ünïcode ❤\n",
    ] {
        let note = Note::sign(text, &log).unwrap().to_string();
        let note = Note::parse(note.as_bytes()).unwrap();
        assert_eq!(note.text(), text);
        assert!(note.open([log.verifier_key()]).is_ok(), "{text:?}");
    }
}

#[test]
fn only_plain_text_with_a_final_newline_is_signed() {
    let log = signer("example.com/log", 1);
    assert_eq!(Note::sign("text", &log), Err(NoteError::OpenEnded));
    assert_eq!(Note::sign("", &log), Err(NoteError::OpenEnded));
    for text in ["a\tb\n", "a\r\n", "\0\n", "\u{1f}\n"] {
        assert_eq!(Note::sign(text, &log), Err(NoteError::NotText), "{text:?}");
    }
}

#[test]
fn malformed_notes_are_refused() {
    let good = signed_by(&[&signer("example.com/log", 1)]).to_string();
    let line = good.lines().last().unwrap();
    let (start, base64) = line.rsplit_once(' ').unwrap();

    assert_eq!(parse_error(""), NoteError::NoSignatures);
    assert_eq!(parse_error("text\n"), NoteError::NoSignatures);
    assert_eq!(parse_error("text\n\n"), NoteError::NoSignatures);
    assert_eq!(
        parse_error(&format!("text\n{line}\n")),
        NoteError::NoSignatures
    );
    assert_eq!(parse_error(good.trim_end()), NoteError::NoSignatures);
    assert_eq!(parse_error(&format!("{good}\n")), NoteError::NoSignatures);
    assert_eq!(parse_error(&good.replace('\n', "\r\n")), NoteError::NotText);
    assert_eq!(
        parse_error(&good.replace("text", "te\u{7}xt")),
        NoteError::NotText
    );
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::NotText));
    assert_eq!(
        parse_error(&good.replace("text", &"x".repeat(1 << 20))),
        NoteError::TooLong
    );

    let lines = [
        format!("- example.com/log {base64}"),
        format!("\u{2014}  {base64}"),
        format!("\u{2014} {base64}"),
        format!("\u{2014} exa+mple {base64}"),
        format!("\u{2014} exa\u{a0}mple {base64}"),
        format!("\u{2014} exa\u{3000}mple {base64}"),
        format!("{start} "),
        format!("{start} {}", base64.trim_end_matches('=')),
        format!("{start} {base64} "),
        format!("{start}  {base64}"),
        format!(
            "{start} {}",
            base64.replace('/', "_").replace('+', "-") + "-_"
        ),
        format!("{start} {}", base64_of(b"four")),
        format!("{start} {}", base64_of(b"abc")),
        format!(" {line}"),
    ];
    for bad in lines {
        assert_eq!(
            parse_error(&format!("text\n\n{bad}\n")),
            NoteError::SignatureLine(1),
            "{bad:?}"
        );
        assert_eq!(
            parse_error(&format!("text\n\n{line}\n{bad}\n")),
            NoteError::SignatureLine(2)
        );
        assert_eq!(
            bad.parse::<NoteSignature>(),
            Err(NoteError::SignatureLine(1))
        );
    }
}

#[test]
fn many_signatures_are_read_but_not_without_end() {
    let note = signed_by(&[&signer("example.com/log", 1)]).to_string();
    let line = note.lines().last().unwrap();
    let with = |count| format!("text\n\n{}", format!("{line}\n").repeat(count));
    assert_eq!(
        Note::parse(with(16).as_bytes()).unwrap().signatures().len(),
        16
    );
    assert!(Note::parse(with(SIGNATURES_MAX).as_bytes()).is_ok());
    assert_eq!(
        parse_error(&with(SIGNATURES_MAX + 1)),
        NoteError::TooManySignatures
    );
}

#[test]
fn malformed_verifier_keys_are_refused() {
    let good = signer("example.com/log", 1).verifier_key().to_string();
    let (name_and_id, base64) = good.rsplit_once('+').unwrap();
    let (name, id) = name_and_id.rsplit_once('+').unwrap();
    let key = |text: &str| text.parse::<VerifierKey>().unwrap_err();

    assert_eq!(key(""), KeyError::Malformed);
    assert_eq!(key("example.com/log"), KeyError::Malformed);
    assert_eq!(key(name_and_id), KeyError::Malformed);
    assert_eq!(key(&format!("{good}\n")), KeyError::Malformed);
    assert_eq!(key(&format!("{good}=")), KeyError::Malformed);
    assert_eq!(key(&format!("{name_and_id}+")), KeyError::Malformed);
    assert_eq!(key(&format!("+{id}+{base64}")), KeyError::Name);
    assert_eq!(key(&format!("a b+{id}+{base64}")), KeyError::Name);
    assert_eq!(key(&format!("other+{id}+{base64}")), KeyError::Id);
    assert_eq!(key(&format!("{name}+00000000+{base64}")), KeyError::Id);
    assert_eq!(
        key(&format!("{name}+{}+{base64}", id.to_uppercase())),
        KeyError::Id
    );
    assert_eq!(key(&format!("{name}+0{id}+{base64}")), KeyError::Id);
    assert_eq!(
        key(&format!("{name_and_id}+{}", base64_of(&[2; 33]))),
        KeyError::UnknownKind(2)
    );
    assert_eq!(
        key(&format!("{name_and_id}+{}", base64_of(&[1; 32]))),
        KeyError::PublicKey
    );
    // The point (0, 1): every message has a signature by it.
    let identity = [[1u8, 1].as_slice(), &[0; 31]].concat();
    assert_eq!(
        key(&format!("{name_and_id}+{}", base64_of(&identity))),
        KeyError::PublicKey
    );
}

#[test]
fn the_same_public_key_has_another_id_for_another_kind() {
    let log = signer("example.com/log", 1);
    let public = log.verifier_key().public_key();
    let name = || KeyName::new("example.com/log").unwrap();
    let cosigner = VerifierKey::new(SignatureKind::CosignatureV1, name(), public).unwrap();
    assert_ne!(cosigner.id(), log.verifier_key().id());
    // What the log signed is no cosignature, whichever key it is checked with.
    assert_eq!(
        signed_by(&[&log]).open([&cosigner]),
        Err(NoteError::NotSigned)
    );
}

#[test]
fn known_keys_that_share_name_and_id_are_not_believed() {
    let (first, second) = colliding_keys();
    let line = format!(
        "\u{2014} {} {}",
        first.name(),
        base64_of(&[first.id().as_bytes().as_slice(), &[0; 64]].concat())
    );
    let note = Note::parse(format!("text\n\n{line}\n").as_bytes()).unwrap();
    assert!(matches!(
        note.open([&first, &second]),
        Err(NoteError::AmbiguousKey { .. })
    ));
    assert!(matches!(
        note.open([&first, &first]),
        Err(NoteError::InvalidSignature { .. })
    ));
}

#[test]
fn debug_shows_the_public_half_of_a_signer() {
    let log = signer("example.com/log", 0x41);
    let printed = format!("{log:?}");
    assert_eq!(printed, format!("NoteSigner({})", log.verifier_key()));
    assert!(!printed.contains("AAAA") && !printed.contains("65, 65") && !printed.contains("4141"));
}

/// Two keys that collide in name and id, found by counting seeds.
fn colliding_keys() -> (VerifierKey, VerifierKey) {
    let key = |number: u32| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        NoteSigner::new("a", &seed).unwrap().verifier_key().clone()
    };
    (key(COLLIDING.0), key(COLLIDING.1))
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
