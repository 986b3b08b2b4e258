//! The access log in a backup: segments alone. The public tree is derived from them, so it is not
//! stored; unpacking makes it again and thereby proves that the segments are what was signed.

mod freeze;
mod segment;
mod tree;

pub(crate) use freeze::{freeze, read_checkpoint, whole_lines};
pub(crate) use tree::rebuild;

use crate::digest::{Sha256Hash, hex};
use sha2::{Digest, Sha256};

/// Says which installation a verifier key is of.
pub(crate) fn fingerprint(verifier_key: &str) -> String {
    let hash: Sha256Hash = Sha256::digest(verifier_key.trim().as_bytes()).into();
    hex(&hash)
}
