//! Keys, envelopes, blind indexes and tokens: pure functions over bytes.
//!
//! Every construction comes from a published standard and a maintained crate; `docs/crypto.md`
//! describes the byte formats well enough to write a second implementation.

mod api_key;
mod base62;
mod blind;
mod canary;
mod envelope;
mod mac;
mod root;
mod secret;
mod token;
mod wrap;

pub use api_key::{ApiKey, ApiKeyError};
pub use blind::{BlindIndexKey, LookupHash, LookupKind};
pub use canary::CanaryKey;
pub use envelope::{Envelope, FieldContext, open_fields, seal_fields};
pub use mac::MacKey;
pub use root::{KdfCost, RootFileError, SealedRoot};
pub use secret::SecretKey;
pub use token::{Token, TokenError, TokenKey};
pub use wrap::{NONCE_LEN, WRAPPED_LEN, WrappedKey, open_bytes, seal_bytes, unwrap_key, wrap_key};

/// A ciphertext, tag or key that does not fit. Deliberately without detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open: it was altered, moved or sealed under another key")]
pub struct Unopenable;
