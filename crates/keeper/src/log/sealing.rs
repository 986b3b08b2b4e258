//! How bodies are sealed: a key per segment, wrapped by the log's body key, and each body bound to
//! the place of its entry.

use super::{Body, LogError, SealedEntry, SegmentHeader};
use lethe_crypto::{
    NONCE_LEN, SecretKey, Unopenable, WRAPPED_LEN, open_bytes, seal_bytes, unwrap_key, wrap_key,
};

/// Wraps a new segment's key.
pub(super) fn wrap_segment_key(
    body_key: &SecretKey,
    origin: &str,
    key: &SecretKey,
    nonce: [u8; NONCE_LEN],
) -> [u8; WRAPPED_LEN] {
    wrap_key(body_key, &key_context(origin), key, nonce)
}

/// Opens a segment's key.
pub(crate) fn open_segment_key(
    body_key: &SecretKey,
    header: &SegmentHeader,
) -> Result<SecretKey, Unopenable> {
    unwrap_key(body_key, &key_context(&header.origin), &header.wrapped_key)
}

/// Seals the body of the entry at `index`.
pub(super) fn seal_body(
    key: &SecretKey,
    index: u64,
    body: &Body,
    nonce: [u8; NONCE_LEN],
) -> Vec<u8> {
    seal_bytes(key, &body_context(index), &body.to_bytes(), nonce)
}

/// Opens a body and checks it against its entry.
pub(super) fn open_body(key: &SecretKey, sealed: &SealedEntry) -> Result<Body, LogError> {
    let index = sealed.entry.index;
    let clear = open_bytes(key, &body_context(index), &sealed.sealed_body)
        .map_err(|_| LogError::Body { index })?;
    let body = Body::from_bytes(&clear).map_err(|_| LogError::Body { index })?;
    if body.hash() == sealed.entry.body_hash && body.check().is_ok() {
        Ok(body)
    } else {
        Err(LogError::Body { index })
    }
}

/// What a segment's key is bound to.
fn key_context(origin: &str) -> Vec<u8> {
    [b"lethe-log-segment-v1", origin.as_bytes()].concat()
}

/// What a sealed body is bound to.
fn body_context(index: u64) -> [u8; 25] {
    let mut context = *b"lethe-log-body-v1........";
    context[17..].copy_from_slice(&index.to_be_bytes());
    context
}
