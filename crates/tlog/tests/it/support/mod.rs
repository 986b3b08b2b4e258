//! What several tests share: a published log in memory, and reading vectors.

mod published_log;

use std::path::{Path, PathBuf};

use lethe_tlog::Hash;
use serde::de::DeserializeOwned;

pub(crate) use published_log::{ORIGIN, PublishedLog, log_signer};

/// Returns the path of a file in `tests/vectors`.
pub(crate) fn vector_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name)
}

/// Reads a vector file as text.
pub(crate) fn vector(name: &str) -> String {
    let path = vector_path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a vector file with one JSON value.
pub(crate) fn json_vector<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&vector(name)).unwrap()
}

/// Reads a vector file with one JSON value per line.
pub(crate) fn json_lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    vector(name)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Reads a hash from hexadecimal digits.
pub(crate) fn hash_from_hex(hex: &str) -> Hash {
    Hash::from_bytes(from_hex(hex).try_into().unwrap())
}

/// Reads hexadecimal digits.
pub(crate) fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| digit.to_digit(16).unwrap().try_into().unwrap())
        .collect();
    assert!(digits.len().is_multiple_of(2));
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}
