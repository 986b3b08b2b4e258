//! Finds keys in bytes: source trees, built bundles, pages.
//!
//! Pure but for reading the files it is told to read; it never talks to a network. A key that was
//! found is neither kept nor shown: a [`Found`] says where it lies, whose it is, and a fingerprint.
//!
//! The patterns are literals and runs of characters, not regular expressions: every match has a
//! greatest length, which is what lets a file of any size be read through a small window.

mod found;
mod lethe;
mod rule;
mod rules;
mod scanner;
mod shape;
mod stream;
mod tree;

pub use found::{Evidence, Fingerprint, Found, Vendor};
pub use scanner::Scanner;
pub use tree::{Options, Progress, Report, Unread};
