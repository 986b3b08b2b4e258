//! Whatever reads foreign bytes refuses or reads them, and never panics; what it reads, it writes
//! back as it was.

use lethe_tlog::{
    AddCheckpoint, AddCheckpointError, Checkpoint, Hash, Note, NoteSignature, TilePath, TileStack,
    TlogProof, VerifierKey, decode_bundle, first_entries, tile_from_bytes, tile_to_bytes,
};
use proptest::prelude::*;

use crate::support::{PublishedLog, json_vector, log_signer};

/// Texts near the formats: pieces of them in any order.
fn near_texts() -> impl Strategy<Value = String> {
    let hash = Hash::from_bytes([7; 32]).to_base64();
    let signature = PublishedLog::of_size(1).checkpoint_note().signatures()[0].to_string();
    let key = log_signer().verifier_key().to_string();
    let pieces = [
        "\n",
        "\n\n",
        " ",
        "+",
        "/",
        "=",
        "0",
        "1",
        "18446744073709551616",
        "\u{2014} ",
        "origin",
        "\r",
        "\u{a0}",
        "\0",
        "tile/",
        "entries/",
        "x001/",
        "000",
        ".p/",
        "index ",
        "extra ",
        "c2sp.org/tlog-proof@v1\n",
        "AAAA",
        &hash,
        &signature,
        &key,
    ];
    let pieces = pieces.map(str::to_owned).to_vec();
    prop::collection::vec(prop::sample::select(pieces), 0..14).prop_map(|pieces| pieces.concat())
}

/// Good files with a few bytes changed.
fn spoiled_files() -> impl Strategy<Value = Vec<u8>> {
    let log = PublishedLog::of_size(10);
    let note = log.checkpoint_note();
    let path = lethe_tlog::prove_inclusion(&log, 3, 10).unwrap();
    let proof = TlogProof::new(3, path, note.clone()).with_extra(vec![1, 2, 3]);
    let files = vec![
        note.to_string().into_bytes(),
        proof.to_string().into_bytes(),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (prop::sample::select(files), changes).prop_map(|(mut file, changes)| {
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file
    })
}

fn read_everything(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        drop(note.open([log_signer().verifier_key()]));
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(tree) = TileStack::from_bytes(bytes) {
        assert_eq!(tree.to_bytes(), bytes);
    }
    if let Some(tile) = tile_from_bytes(bytes) {
        assert_eq!(tile_to_bytes(&tile), bytes);
    }
    for width in [0, 1, 2, 255, 256, 257, u16::MAX] {
        assert!(decode_bundle(bytes, width).is_err() || first_entries(bytes, width).is_ok());
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(signature) = text.parse::<NoteSignature>() {
        assert_eq!(signature.to_string(), text);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
    }
    if let Some(hash) = Hash::from_base64(text) {
        assert_eq!(hash.to_base64(), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
    }

    #[test]
    fn arbitrary_pieces_of_the_formats_never_panic(text in near_texts()) {
        read_everything(text.as_bytes());
    }

    #[test]
    fn spoiled_files_never_panic(bytes in spoiled_files()) {
        read_everything(&bytes);
    }
}

#[test]
fn a_request_to_a_witness_has_one_spelling() {
    let good = json_requests().remove(0);
    let read = AddCheckpoint::parse(good.as_bytes()).unwrap();
    assert_eq!(read.to_string(), good);
    for (bad, line) in [
        (good.replacen("old ", "Old ", 1), 1),
        (good.replacen("old ", "old  ", 1), 1),
        (good.replacen("old ", "old 0", 1), 1),
        (good.replacen('\n', "\r\n", 1), 1),
        (good.replacen('\n', "\nnot a hash\n", 1), 2),
    ] {
        let refused = AddCheckpoint::parse(bad.as_bytes());
        assert_eq!(refused, Err(AddCheckpointError::Line(line)), "{bad}");
    }
    let hash = format!("{}\n", lethe_tlog::empty_root());
    let long = good.replacen('\n', &format!("\n{}", hash.repeat(64)), 1);
    assert_eq!(
        AddCheckpoint::parse(long.as_bytes()),
        Err(AddCheckpointError::Line(65))
    );
}

fn json_requests() -> Vec<String> {
    let all: serde_json::Value = json_vector("witness_add_checkpoint.json");
    let steps = all["sumdb"]["steps"].as_array().unwrap();
    // Its proof stays below the bound with one line more.
    steps
        .iter()
        .map(|step| step["body"].as_str().unwrap().to_owned())
        .collect()
}
