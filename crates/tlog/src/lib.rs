//! A transparency log: RFC 6962 tree, C2SP tiles, checkpoints and proofs. Holds no key of Lethe's.
//!
//! Everything here is a pure function over bytes and small traits: no file, no clock, no chance.
//! The formats follow these texts to the letter, so that tools nobody here wrote can check a log:
//!
//! | module | text |
//! |---|---|
//! | tree, proofs | RFC 6962 §2.1, RFC 9162 §2.1.3-2.1.4 |
//! | tiles, paths, entry bundles | [c2sp.org/tlog-tiles](https://c2sp.org/tlog-tiles) |
//! | notes and keys | [c2sp.org/signed-note](https://c2sp.org/signed-note) |
//! | checkpoints | [c2sp.org/tlog-checkpoint](https://c2sp.org/tlog-checkpoint) |
//! | cosignatures | [c2sp.org/tlog-cosignature](https://c2sp.org/tlog-cosignature), Ed25519 only |
//! | requests to a witness | [c2sp.org/tlog-witness](https://c2sp.org/tlog-witness) |
//! | `.tlog-proof` files | [c2sp.org/tlog-proof](https://c2sp.org/tlog-proof) |
//!
//! Every parser is strict: numbers, Base 64, paths and keys have one spelling, so that what was read
//! is written back byte for byte. None panics on foreign bytes.
//!
//! # Which Ed25519
//!
//! A signature is accepted if the cofactorless equation of RFC 8032 §5.1.7 holds, `S` is below the
//! group order, and neither the public key nor `R` is of small order or encoded in more than one
//! way. That is what browsers do (W3C Web Cryptography, Ed25519 verify). Go's `crypto/ed25519`
//! accepts a little more, but only what no honest signer makes.
//!
//! # Trust
//!
//! Parsing proves nothing. A [`Note`]'s text counts only after [`TrustPolicy::open_checkpoint`] or
//! [`Note::open`]; a proof only after [`verify_inclusion`] or [`verify_consistency`] against a root
//! that was obtained that way.

#![forbid(unsafe_code)]

mod add_checkpoint;
mod audit;
mod checkpoint;
mod cosignature;
#[cfg(test)]
mod ed25519_rule_tests;
mod encoding;
mod entry_bundle;
mod hash;
mod key;
mod list;
mod note;
mod policy;
mod proof;
mod prove;
mod ranges;
mod reader;
mod signer;
mod tile;
mod tile_path;
mod tile_stack;
mod tlog_proof;

pub use add_checkpoint::{AddCheckpoint, AddCheckpointError};
pub use audit::{AuditError, AuditProgress, audit};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{CosignError, Cosigner, TIMESTAMP_MAX};
pub use entry_bundle::{
    BundleError, ENTRY_BYTES_MAX, EntryTooLong, decode_bundle, encode_bundle, first_entries,
    push_entry,
};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use key::{KeyError, KeyId, KeyName, SignatureKind, VerifierKey};
pub use list::{prove_in_list, root_of_leaves};
pub use note::{NOTE_BYTES_MAX, Note, NoteError, NoteSignature, SIGNATURES_MAX, VerifiedSignature};
pub use policy::{Cosignature, PolicyError, TrustPolicy, VerifiedCheckpoint};
pub use proof::{
    ConsistencyProof, InclusionProof, ProofError, verify_consistency, verify_inclusion,
};
pub use prove::{ProveError, prove_consistency, prove_inclusion, tree_root};
pub use reader::{LogReader, ReadError, TileReader};
pub use signer::NoteSigner;
pub use tile::{
    FullTile, PartialTile, TILE_WIDTH, TREE_SIZE_MAX, tile_from_bytes, tile_to_bytes, tile_width,
};
pub use tile_path::{TileContent, TilePath, TilePathError};
pub use tile_stack::{TileStack, TileStackError};
pub use tlog_proof::{TlogProof, TlogProofError};
