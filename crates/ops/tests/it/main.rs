//! Use cases against a real vault in a temporary folder.

mod alerts;
mod credentials;
mod documents;
mod erasure;
mod held;
mod intake;
mod law;
mod log;
mod restore;
mod retention;
mod reveal;
mod rotation;
mod tampering;
mod vendor_keys;
