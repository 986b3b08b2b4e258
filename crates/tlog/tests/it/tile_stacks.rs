//! The right edge of a growing tree.

use lethe_tlog::{
    FullTile, Hash, TREE_SIZE_MAX, TileStack, TileStackError, empty_root, leaf_hash,
    root_of_leaves, tile_width,
};
use proptest::prelude::*;

fn leaves(size: u64) -> Vec<Hash> {
    (0..size)
        .map(|index| leaf_hash(&index.to_le_bytes()))
        .collect()
}

fn grown(size: u64) -> (TileStack, Vec<FullTile>) {
    let (mut tree, mut tiles) = (TileStack::new(), Vec::new());
    for leaf in leaves(size) {
        tree.push_leaf(leaf, &mut |tile| tiles.push(tile));
    }
    (tree, tiles)
}

#[test]
fn a_new_stack_is_the_empty_tree() {
    let tree = TileStack::new();
    assert_eq!((tree.size(), tree.root()), (0, empty_root()));
    assert!(tree.partial_tiles().is_empty());
}

#[test]
fn every_size_has_the_root_of_its_leaves() {
    let leaves = leaves(1100);
    let mut tree = TileStack::new();
    for (size, leaf) in (1..).zip(&leaves) {
        tree.push_leaf(*leaf, &mut |_| ());
        assert_eq!(tree.root(), root_of_leaves(&leaves[..size]), "size {size}");
    }
}

#[test]
fn a_tree_of_70_000_has_the_tiles_that_the_specification_counts() {
    let (tree, full) = grown(70_000);
    let of_level = |level| full.iter().filter(|tile| tile.level == level).count();
    assert_eq!((of_level(0), of_level(1), of_level(2)), (273, 1, 0));
    let partial: Vec<_> = tree
        .partial_tiles()
        .iter()
        .map(|tile| {
            (
                tile.level,
                tile.index,
                tile.hashes.len(),
                tile.path().to_string(),
            )
        })
        .collect();
    assert_eq!(
        partial,
        [
            (0, 273, 112, "tile/0/273.p/112".to_owned()),
            (1, 1, 17, "tile/1/001.p/17".to_owned()),
            (2, 0, 1, "tile/2/000.p/1".to_owned()),
        ]
    );
}

#[test]
fn a_tree_of_256_is_a_full_tile_and_a_partial_one_above() {
    let (tree, full) = grown(256);
    assert_eq!(full.len(), 1);
    assert_eq!(full[0].path().to_string(), "tile/0/000");
    assert_eq!(full[0].to_bytes().len(), 8192);
    let [above] = tree.partial_tiles().try_into().unwrap();
    assert_eq!(above.path().to_string(), "tile/1/000.p/1");
    assert_eq!(above.hashes, [tree.root()]);
}

#[test]
fn full_tiles_come_in_order_and_hold_the_hashes_of_their_range() {
    let size = 256 * 256 + 300;
    let leaves = leaves(size);
    let (_, tiles) = grown(size);
    let mut next = [0; 2];
    for tile in tiles {
        let level = usize::from(tile.level);
        assert_eq!(tile.index, next[level]);
        next[level] += 1;
        let leaves_below = 256usize.pow(u32::from(tile.level));
        let first = usize::try_from(tile.index).unwrap() * 256 * leaves_below;
        let ranges = leaves[first..first + 256 * leaves_below].chunks(leaves_below);
        assert!(tile.hashes.iter().copied().eq(ranges.map(root_of_leaves)));
    }
    assert_eq!(next, [257, 1]);
}

#[test]
fn a_restored_stack_goes_on_where_it_was() {
    for size in [0, 1, 255, 256, 257, 65_535, 65_536, 70_000] {
        let (mut tree, _) = grown(size);
        let mut restored = TileStack::from_bytes(&tree.to_bytes()).unwrap();
        assert_eq!(restored, tree);
        let (mut tiles, mut tiles_again) = (Vec::new(), Vec::new());
        for leaf in leaves(300) {
            tree.push_leaf(leaf, &mut |tile| tiles.push(tile));
            restored.push_leaf(leaf, &mut |tile| tiles_again.push(tile));
        }
        assert_eq!((restored.root(), tiles_again), (tree.root(), tiles));
    }
}

#[test]
fn stored_stacks_are_read_strictly() {
    let bytes = grown(300).0.to_bytes();
    assert_eq!(bytes.len(), 1 + 8 + 32 * (300 % 256 + 1));
    assert_eq!(TileStack::from_bytes(&[]), Err(TileStackError::Truncated));
    assert_eq!(
        TileStack::from_bytes(&bytes[..5]),
        Err(TileStackError::Truncated)
    );
    let wrong = |found| Err(TileStackError::WrongLength { size: 300, found });
    assert_eq!(
        TileStack::from_bytes(&bytes[..bytes.len() - 32]),
        wrong(bytes.len() - 32)
    );
    assert_eq!(
        TileStack::from_bytes(&bytes[..bytes.len() - 1]),
        wrong(bytes.len() - 1)
    );
    let longer = [bytes.as_slice(), &[0; 32]].concat();
    assert_eq!(TileStack::from_bytes(&longer), wrong(longer.len()));

    let mut other_version = bytes.clone();
    other_version[0] = 2;
    assert_eq!(
        TileStack::from_bytes(&other_version),
        Err(TileStackError::UnknownVersion(2))
    );
    let too_large = [&[1], (TREE_SIZE_MAX + 1).to_be_bytes().as_slice()].concat();
    assert_eq!(
        TileStack::from_bytes(&too_large),
        Err(TileStackError::TooLarge(TREE_SIZE_MAX + 1))
    );
}

#[test]
fn the_largest_tree_has_a_root_and_no_room() {
    let hashes = (0..8u8)
        .map(|level| if level == 7 { 127 } else { 255 })
        .sum::<usize>();
    let mut bytes = vec![1];
    bytes.extend(TREE_SIZE_MAX.to_be_bytes());
    bytes.extend(vec![0; 32 * hashes]);
    let tree = TileStack::from_bytes(&bytes).unwrap();
    assert_ne!(tree.root(), empty_root());
    assert_eq!(tree.to_bytes(), bytes);
    let push = move || tree.clone().push_leaf(empty_root(), &mut |_| ());
    assert!(std::panic::catch_unwind(push).is_err());
}

#[test]
fn tile_widths_follow_the_tree_size() {
    assert_eq!(tile_width(0, 0, 0), 0);
    assert_eq!(tile_width(0, 273, 70_000), 112);
    assert_eq!(tile_width(0, 272, 70_000), 256);
    assert_eq!(tile_width(0, 274, 70_000), 0);
    assert_eq!(tile_width(2, 0, 70_000), 1);
    assert_eq!(tile_width(8, 0, u64::MAX), 0);
    assert_eq!(tile_width(0, u64::MAX, u64::MAX), 0);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_either_refused_or_written_back(
        version in 0..3u8,
        size in prop_oneof![0..600u64, any::<u64>()],
        hashes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let bytes = [[version].as_slice(), &size.to_be_bytes(), &hashes].concat();
        if let Ok(tree) = TileStack::from_bytes(&bytes) {
            prop_assert_eq!(tree.to_bytes(), bytes);
        }
    }
}
