//! Wrapping: a key or a short secret sealed under another key.
//!
//! AES-256-GCM-SIV (RFC 8452), because one key-encryption key wraps many millions of data keys
//! under random nonces, and a repeated nonce must not be a catastrophe.

use crate::{SecretKey, Unopenable};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce, Tag, aead::AeadInOut};
use zeroize::Zeroize;

/// Length of a nonce in bytes.
pub const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
/// Length of a wrapped 256-bit key: nonce, ciphertext, tag.
pub const WRAPPED_LEN: usize = NONCE_LEN + 32 + TAG_LEN;

/// A wrapped key as the keyring holds it.
pub type WrappedKey = [u8; WRAPPED_LEN];

/// Wraps `key` under `wrapping`, bound to `context`. `nonce` must be random.
pub fn wrap_key(
    wrapping: &SecretKey,
    context: &[u8],
    key: &SecretKey,
    nonce: [u8; NONCE_LEN],
) -> WrappedKey {
    let mut wrapped = [0; WRAPPED_LEN];
    wrapped[..NONCE_LEN].copy_from_slice(&nonce);
    wrapped[NONCE_LEN..NONCE_LEN + 32].copy_from_slice(key.expose());
    let tag = cipher(wrapping)
        .encrypt_inout_detached(
            &Nonce::from(nonce),
            context,
            (&mut wrapped[NONCE_LEN..NONCE_LEN + 32]).into(),
        )
        .expect("32 bytes are within the cipher's limit");
    wrapped[NONCE_LEN + 32..].copy_from_slice(&tag);
    wrapped
}

/// Unwraps a key that was wrapped for `context`.
///
/// # Errors
///
/// [`Unopenable`] when the bytes were altered or belong to another key or context.
pub fn unwrap_key(
    wrapping: &SecretKey,
    context: &[u8],
    wrapped: &[u8],
) -> Result<SecretKey, Unopenable> {
    let wrapped: &WrappedKey = wrapped.try_into().map_err(|_| Unopenable)?;
    let mut key = [0; 32];
    key.copy_from_slice(&wrapped[NONCE_LEN..NONCE_LEN + 32]);
    let (nonce, tag) = nonce_and_tag(wrapped);
    match cipher(wrapping).decrypt_inout_detached(&nonce, context, (&mut key[..]).into(), &tag) {
        Ok(()) => Ok(SecretKey::take(&mut key)),
        Err(_) => {
            key.zeroize();
            Err(Unopenable)
        }
    }
}

/// Seals bytes of any length: nonce, ciphertext, tag. `nonce` must be random.
pub fn seal_bytes(
    key: &SecretKey,
    context: &[u8],
    clear: &[u8],
    nonce: [u8; NONCE_LEN],
) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(NONCE_LEN + clear.len() + TAG_LEN);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(clear);
    let tag = cipher(key)
        .encrypt_inout_detached(
            &Nonce::from(nonce),
            context,
            (&mut sealed[NONCE_LEN..]).into(),
        )
        .expect("sealed values are far below the cipher's limit");
    sealed.extend_from_slice(&tag);
    sealed
}

/// Opens what [`seal_bytes`] made for the same key and context.
///
/// # Errors
///
/// [`Unopenable`] when the bytes were altered, cut or belong elsewhere.
pub fn open_bytes(key: &SecretKey, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unopenable> {
    if sealed.len() < NONCE_LEN + TAG_LEN {
        return Err(Unopenable);
    }
    let (nonce, tag) = nonce_and_tag(sealed);
    let mut clear = sealed[NONCE_LEN..sealed.len() - TAG_LEN].to_vec();
    match cipher(key).decrypt_inout_detached(&nonce, context, (&mut clear[..]).into(), &tag) {
        Ok(()) => Ok(clear),
        Err(_) => Err(Unopenable),
    }
}

fn cipher(key: &SecretKey) -> Aes256GcmSiv {
    Aes256GcmSiv::new(key.expose().into())
}

fn nonce_and_tag(sealed: &[u8]) -> (Nonce, Tag) {
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&sealed[..NONCE_LEN]);
    let mut tag = [0; TAG_LEN];
    tag.copy_from_slice(&sealed[sealed.len() - TAG_LEN..]);
    (Nonce::from(nonce), Tag::from(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::take(&mut [byte; 32])
    }

    #[test]
    fn a_wrapped_key_opens_only_under_its_own_key_and_context() {
        let wrapped = wrap_key(&key(1), b"here", &key(2), [3; 12]);
        assert_eq!(unwrap_key(&key(1), b"here", &wrapped).unwrap(), key(2));
        assert_eq!(
            unwrap_key(&key(1), b"there", &wrapped).unwrap_err(),
            Unopenable
        );
        assert_eq!(
            unwrap_key(&key(4), b"here", &wrapped).unwrap_err(),
            Unopenable
        );
        for at in 0..WRAPPED_LEN {
            let mut altered = wrapped;
            altered[at] ^= 1;
            assert_eq!(
                unwrap_key(&key(1), b"here", &altered).unwrap_err(),
                Unopenable
            );
        }
        assert_eq!(
            unwrap_key(&key(1), b"here", &wrapped[1..]).unwrap_err(),
            Unopenable
        );
    }

    #[test]
    fn sealed_bytes_open_whole_or_not_at_all() {
        let sealed = seal_bytes(&key(1), b"here", b"a body", [3; 12]);
        assert_eq!(open_bytes(&key(1), b"here", &sealed).unwrap(), b"a body");
        for cut in 0..sealed.len() {
            assert!(open_bytes(&key(1), b"here", &sealed[..cut]).is_err());
        }
    }
}
