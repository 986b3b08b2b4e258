//! Trees of random sizes against `ct-merkle`, which shares no code with this crate.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use lethe_tlog::{
    ConsistencyProof, Hash, InclusionProof, ProofError, leaf_hash, prove_consistency,
    prove_in_list, prove_inclusion, root_of_leaves, tree_root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use sha2::Sha256;

use crate::support::PublishedLog;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

const SIZE_MAX: u64 = 5000;

fn entry(index: u64) -> Vec<u8> {
    index.to_le_bytes().to_vec()
}

fn entries(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(entry).collect()
}

fn oracle(size: u64) -> Oracle {
    let mut tree = Oracle::new();
    (0..size).for_each(|index| tree.push(entry(index)));
    tree
}

fn root_of(oracle: &Oracle) -> Hash {
    Hash::from_bytes((*oracle.root().as_bytes()).into())
}

fn cut(proof: &[u8]) -> Vec<Hash> {
    proof
        .chunks(Hash::LEN)
        .map(|hash| Hash::from_bytes(hash.try_into().unwrap()))
        .collect()
}

/// Two sizes, the first not larger, both at least 1; small trees are as likely as large ones.
fn two_sizes() -> impl Strategy<Value = (u64, u64)> {
    prop_oneof![1..20u64, 240..530u64, 1..SIZE_MAX].prop_flat_map(|new| (1..=new, Just(new)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_inclusion_proofs_equal_the_oracles((index, size) in two_sizes()) {
        let index = index - 1;
        let oracle = oracle(size);
        let root = root_of(&oracle);
        let log = PublishedLog::of(&entries(size));
        let leaves: Vec<Hash> = entries(size).iter().map(|entry| leaf_hash(entry)).collect();
        prop_assert_eq!(*log.checkpoint().root(), root);
        prop_assert_eq!(tree_root(&log, size).unwrap(), root);
        prop_assert_eq!(root_of_leaves(&leaves), root);

        let expected = cut(oracle.prove_inclusion(usize::try_from(index).unwrap()).as_bytes());
        let proof = prove_inclusion(&log, index, size).unwrap();
        prop_assert_eq!(proof.hashes(), expected);
        prop_assert_eq!(prove_in_list(&leaves, index), Some(proof.clone()));

        let leaf = leaf_hash(&entry(index));
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        let other = leaf_hash(b"another entry");
        let refused = verify_inclusion(&other, index, size, &proof, &root);
        prop_assert_eq!(refused, Err(ProofError::RootMismatch));
    }

    #[test]
    fn consistency_proofs_equal_the_oracles((old, new) in two_sizes()) {
        let tree = oracle(new);
        let (old_root, new_root) = (root_of(&oracle(old)), root_of(&tree));
        let log = PublishedLog::of(&entries(new));
        let proof = prove_consistency(&log, old, new).unwrap();
        if old < new {
            let grown_by = usize::try_from(new - old).unwrap();
            prop_assert_eq!(proof.hashes(), cut(tree.prove_consistency(grown_by).as_bytes()));
        } else {
            prop_assert!(proof.hashes().is_empty());
        }
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()));
        let other = leaf_hash(b"another root");
        prop_assert!(verify_consistency(old, &other, new, &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &other, &proof).is_err());
    }

    #[test]
    fn a_proof_with_any_change_is_refused(
        (index, size) in two_sizes(),
        change in 0..4usize,
        at in any::<prop::sample::Index>(),
    ) {
        let index = index - 1;
        let log = PublishedLog::of(&entries(size));
        let root = *log.checkpoint().root();
        let leaf = leaf_hash(&entry(index));
        let mut hashes = prove_inclusion(&log, index, size).unwrap().hashes().to_vec();
        match change {
            _ if hashes.is_empty() => hashes.push(leaf),
            0 => drop(hashes.remove(at.index(hashes.len()))),
            1 => hashes.insert(at.index(hashes.len()), leaf),
            2 => *at.get_mut(&mut hashes) = leaf_hash(&[]),
            _ => hashes.push(root),
        }
        prop_assume!(hashes != prove_inclusion(&log, index, size).unwrap().hashes());
        let changed = InclusionProof::new(hashes);
        prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
    }

    #[test]
    fn verifying_arbitrary_numbers_and_hashes_never_panics(
        first in any::<u64>(),
        second in any::<u64>(),
        hashes in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..70),
    ) {
        let hash = leaf_hash(&[]);
        let path = InclusionProof::new(hashes.clone());
        prop_assert!(verify_inclusion(&hash, first, second, &path, &hash).is_err());
        let steps = ConsistencyProof::new(hashes);
        prop_assert!(verify_consistency(first, &hash, second, &hash, &steps).is_err());
    }
}

#[test]
fn nothing_is_proved_about_what_is_not_there() {
    let log = PublishedLog::of_size(10);
    assert!(prove_inclusion(&log, 10, 10).is_err());
    assert!(prove_inclusion(&log, 0, 0).is_err());
    assert!(prove_consistency(&log, 0, 10).is_err());
    assert!(prove_consistency(&log, 11, 10).is_err());
    assert_eq!(prove_in_list(&[], 0), None);
}

#[test]
fn proofs_for_an_earlier_size_come_out_of_later_tiles() {
    let log = PublishedLog::of_size(70_000);
    for (old, new) in [
        (1, 256),
        (255, 257),
        (300, 65_536),
        (65_536, 65_537),
        (69_999, 70_000),
    ] {
        let (old_root, new_root) = (tree_root(&log, old).unwrap(), tree_root(&log, new).unwrap());
        let proof = prove_consistency(&log, old, new).unwrap();
        assert_eq!(
            verify_consistency(old, &old_root, new, &new_root, &proof),
            Ok(())
        );
        let first_of_old = prove_inclusion(&log, old - 1, new).unwrap();
        let leaf = log_leaf(&log, old - 1);
        assert_eq!(
            verify_inclusion(&leaf, old - 1, new, &first_of_old, &new_root),
            Ok(())
        );
    }
}

/// Reads the hash of a leaf out of the published tiles.
fn log_leaf(log: &PublishedLog, index: u64) -> Hash {
    use lethe_tlog::{TileReader, tile_width};
    let width = tile_width(0, index / 256, 70_000);
    log.tile(0, index / 256, width).unwrap()[usize::try_from(index % 256).unwrap()]
}
