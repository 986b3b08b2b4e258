//! Use cases against a real vault in a temporary folder.

mod canaries;
mod credentials;
mod derived;
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
mod staff;
mod tampering;
