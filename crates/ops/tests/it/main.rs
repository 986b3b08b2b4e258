//! Use cases against a real vault in a temporary folder.

mod alerts;
mod break_glass;
mod canaries;
mod credentials;
mod derived;
mod documents;
mod dual;
mod erasure;
mod exports;
mod held;
mod intake;
mod law;
mod log;
mod restore;
mod retention;
mod reveal;
mod rotation;
mod staff;
mod tampering;
mod vaults;
mod vendor_keys;
