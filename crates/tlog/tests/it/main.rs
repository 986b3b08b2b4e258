//! The tests of the transparency log, in one binary.
//!
//! The vectors and where they come from are listed in `tests/vectors/README.md`.

mod audits;
mod checkpoints;
mod entry_bundles;
mod foreign;
mod hashes;
mod merkle_oracle;
mod merkle_vectors;
mod notes;
mod other_implementations;
mod parsers;
mod policies;
mod support;
mod tessera_log;
mod tile_paths;
mod tile_stacks;
mod tlog_proofs;
mod witness_transcript;
