//! RFC 6962 known answers.

use lethe_tlog::{Hash, empty_root, leaf_hash, node_hash, root_of_leaves};

use crate::support::{from_hex, hash_from_hex};

/// The leaves and roots of the Certificate Transparency reference implementation.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_empty_tree_has_the_hash_of_nothing() {
    let expected =
        hash_from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(empty_root(), expected);
    assert_eq!(root_of_leaves(&[]), expected);
}

#[test]
fn reference_trees_have_the_reference_roots() {
    let leaves: Vec<Hash> = LEAVES
        .iter()
        .map(|leaf| leaf_hash(&from_hex(leaf)))
        .collect();
    for size in 1..=8 {
        assert_eq!(
            root_of_leaves(&leaves[..size]),
            hash_from_hex(ROOTS[size - 1]),
            "size {size}"
        );
    }
}

#[test]
fn a_leaf_is_never_hashed_like_a_node() {
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    let children = [*left.as_bytes(), *right.as_bytes()].concat();
    assert_ne!(leaf_hash(&children), node_hash(&left, &right));
}

#[test]
fn a_hash_has_one_base64_form() {
    let hash = leaf_hash(b"entry");
    let text = hash.to_base64();
    assert_eq!(Hash::from_base64(&text), Some(hash));
    let unpadded = text.trim_end_matches('=');
    assert_eq!(Hash::from_base64(unpadded), None);
    assert_eq!(Hash::from_base64(&format!("{text}\n")), None);
    // The last digit before the padding carries two bits that belong to no byte.
    let zero = Hash::from_bytes([0; 32]).to_base64();
    assert_eq!(Hash::from_base64(&zero.replace("A=", "B=")), None);
}

#[test]
fn debug_prints_hexadecimal() {
    assert_eq!(
        format!("{:?}", Hash::from_bytes([0xa5; 32])),
        "a5".repeat(32)
    );
}
