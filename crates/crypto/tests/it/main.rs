//! The published vectors of every primitive, through the crates and versions that are shipped and,
//! where the format allows it, through this crate's own functions; and properties that must hold
//! for any input.

mod aead;
mod derived;
mod envelope_v2;
mod hpke_queue;
mod kdf;
mod mac;
mod properties;
mod siv;
mod vectors;
