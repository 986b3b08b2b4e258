//! Keys that sign notes. Making them and keeping them is the caller's business.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};

use crate::key::{KeyError, KeyName, SignatureKind, VerifierKey};
use crate::note::NoteSignature;

/// A log's key: signs note texts with Ed25519 (signature type `0x01`).
///
/// `Debug` shows the public half only; the secret half is overwritten when the signer is dropped.
#[derive(Debug)]
pub struct NoteSigner(Ed25519Signer);

impl NoteSigner {
    /// Makes the signer called `name` out of a 32-byte Ed25519 seed (RFC 8032 §5.1.5).
    ///
    /// The seed stays the caller's to overwrite.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ed25519Signer::new(SignatureKind::Ed25519, name, seed).map(Self)
    }

    /// Returns the public half, to be given to whoever verifies.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.0.public
    }

    /// Signs a text; [`crate::Note::sign`] has checked its form.
    pub(crate) fn sign(&self, text: &str) -> NoteSignature {
        NoteSignature::by(&self.0.public, self.0.sign(text.as_bytes()).to_vec())
    }
}

/// An Ed25519 key pair with a name and a purpose.
pub(crate) struct Ed25519Signer {
    pub(crate) public: VerifierKey,
    secret: SigningKey,
}

impl Ed25519Signer {
    pub(crate) fn new(kind: SignatureKind, name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let public =
            VerifierKey::new(kind, KeyName::new(name)?, secret.verifying_key().as_bytes())?;
        Ok(Self { public, secret })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.public, f)
    }
}

#[cfg(test)]
mod tests {
    use super::SigningKey;

    #[test]
    fn the_secret_half_is_overwritten_on_drop() {
        fn overwritten_on_drop<T: zeroize::ZeroizeOnDrop>() {}
        overwritten_on_drop::<SigningKey>();
    }
}
