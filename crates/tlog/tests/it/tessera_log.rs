//! The log that transparency-dev/tessera keeps as test data: 15 entries, a checkpoint for each size.

use lethe_tlog::{
    Checkpoint, Hash, LogReader, Note, TileStack, TrustPolicy, audit, decode_bundle, leaf_hash,
    prove_consistency, prove_inclusion, tile_to_bytes, tree_root, verify_consistency,
    verify_inclusion,
};

use crate::support::{PublishedLog, vector, vector_path};

const ORIGIN: &str = "example.com/log/testdata";

fn log() -> PublishedLog {
    PublishedLog::read_from(&vector_path("tessera_log"))
}

fn policy() -> TrustPolicy {
    let key = vector("tessera_log/VERIFIER_KEY.txt")
        .trim()
        .parse()
        .unwrap();
    TrustPolicy::log_only(ORIGIN, key).unwrap()
}

fn checkpoint(log: &PublishedLog, size: u64) -> Checkpoint {
    let note = Note::parse(&log.files[&format!("checkpoint.{size}")]).unwrap();
    policy()
        .open_checkpoint(&note)
        .unwrap()
        .checkpoint()
        .clone()
}

fn leaves(log: &PublishedLog) -> Vec<Hash> {
    let bundle = log.entry_bundle(0, 15).unwrap();
    decode_bundle(&bundle, 15)
        .unwrap()
        .into_iter()
        .map(leaf_hash)
        .collect()
}

#[test]
fn every_checkpoint_is_signed_and_has_the_root_of_its_entries() {
    let log = log();
    let mut tree = TileStack::new();
    for (size, leaf) in (0..).zip(leaves(&log).into_iter().map(Some).chain([None])) {
        let checkpoint = checkpoint(&log, size);
        assert_eq!((checkpoint.size(), *checkpoint.root()), (size, tree.root()));
        assert_eq!(tree_root(&log, size).unwrap(), tree.root());
        if let Some(leaf) = leaf {
            tree.push_leaf(leaf, &mut |_| ());
        }
    }
    let latest = Note::parse(&log.files["checkpoint"]).unwrap();
    assert_eq!(
        *policy().open_checkpoint(&latest).unwrap().checkpoint(),
        checkpoint(&log, 15)
    );
}

#[test]
fn every_published_tile_and_bundle_is_the_one_we_would_publish() {
    let log = log();
    let leaves = leaves(&log);
    for width in 1..=15usize {
        assert_eq!(
            log.files[&format!("tile/0/000.p/{width}")],
            tile_to_bytes(&leaves[..width])
        );
        let size = u64::try_from(width).unwrap();
        let root = *checkpoint(&log, size).root();
        assert_eq!(audit(&log, size, &root, |_| ()).unwrap(), root);
    }
}

#[test]
fn every_two_checkpoints_are_consistent() {
    let log = log();
    for (old, new) in (1..=15).flat_map(|new| (1..=new).map(move |old| (old, new))) {
        let (older, newer) = (checkpoint(&log, old), checkpoint(&log, new));
        let proof = prove_consistency(&log, old, new).unwrap();
        assert_eq!(
            verify_consistency(old, older.root(), new, newer.root(), &proof),
            Ok(())
        );
        if old != new {
            assert!(verify_consistency(old, newer.root(), new, newer.root(), &proof).is_err());
        }
    }
}

#[test]
fn every_entry_is_included_in_every_later_tree() {
    let log = log();
    let leaves = leaves(&log);
    for (index, size) in (1..=15).flat_map(|size| (0..size).map(move |index| (index, size))) {
        let proof = prove_inclusion(&log, index, size).unwrap();
        let (leaf, tree) = (
            &leaves[usize::try_from(index).unwrap()],
            checkpoint(&log, size),
        );
        assert_eq!(
            verify_inclusion(leaf, index, size, &proof, tree.root()),
            Ok(())
        );
    }
}
