//! Who signs notes: key names, key ids and verifier keys (c2sp.org/signed-note, "Signatures" and
//! "Verifier keys").

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::encoding::{base64_decode, base64_encode};

/// The name under which a key signs, by custom a URL without scheme such as `example.com/log`.
///
/// It is not empty and contains no Unicode space, no plus and no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// The first four bytes of a hash over key name, signature kind and public key.
///
/// It tells keys apart; it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

/// What a key signs: the signature types of signed-note that this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// `0x01`: Ed25519 over the note text. Logs sign this way.
    Ed25519,
    /// `0x04`: timestamped Ed25519 checkpoint cosignature. Witnesses sign this way.
    CosignatureV1,
}

/// A public key with its name and kind, as configured by whoever trusts it.
///
/// Its text form is `<name>+<key id>+<base64(kind || public key)>`, read and written by
/// [`FromStr`] and [`Display`](fmt::Display).
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    kind: SignatureKind,
    public: VerifyingKey,
}

/// Why a key or key name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty or contains a space, a plus or a control character.
    #[error("not a key name")]
    Name,
    /// The text is not of the form `name+id+key`.
    #[error("malformed verifier key")]
    Malformed,
    /// The signature type is not one this crate knows.
    #[error("signature type {0:#04x} is not known")]
    UnknownKind(u8),
    /// The bytes are not the canonical encoding of a public key, or the key is of small order, so
    /// that signatures of it would hold for more than one message.
    #[error("not an Ed25519 public key")]
    PublicKey,
    /// The key id is not the hash of name, kind and public key.
    #[error("the key id does not belong to this key")]
    Id,
}

impl KeyName {
    /// Checks and wraps a name.
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let forbidden = |c: char| c.is_whitespace() || c == '+' || c < ' ';
        if name.is_empty() || name.contains(forbidden) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyId {
    /// Wraps an id read from a signature.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// Returns the four bytes that stand before a signature.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// Computes `SHA-256(name || 0x0A || kind || public key)[:4]`.
    fn of(name: &KeyName, kind: SignatureKind, public: &VerifyingKey) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', kind.byte()])
            .chain_update(public.as_bytes())
            .finalize()
            .into();
        let [a, b, c, d, ..] = hash;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl SignatureKind {
    /// Returns the signature type identifier byte.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    /// Returns the kind with this identifier byte.
    fn from_byte(byte: u8) -> Result<Self, KeyError> {
        [Self::Ed25519, Self::CosignatureV1]
            .into_iter()
            .find(|kind| kind.byte() == byte)
            .ok_or(KeyError::UnknownKind(byte))
    }
}

impl VerifierKey {
    /// Makes a verifier key out of its parts; the id follows from them.
    pub fn new(
        kind: SignatureKind,
        name: KeyName,
        public_key: &[u8; 32],
    ) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_bytes(public_key).map_err(|_| KeyError::PublicKey)?;
        // Decompression tolerates a second spelling of some points; RFC 8032 §5.1.3 does not.
        let canonical = public.to_edwards().compress().to_bytes() == *public_key;
        if !canonical || public.is_weak() {
            return Err(KeyError::PublicKey);
        }
        Ok(Self {
            id: KeyId::of(&name, kind, &public),
            name,
            kind,
            public,
        })
    }

    /// Returns the name under which the key signs.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns the key id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Returns what the key signs.
    pub fn kind(&self) -> SignatureKind {
        self.kind
    }

    /// Returns the 32 bytes of the public key (RFC 8032).
    pub fn public_key(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// Tells whether this is the key's signature of the message, by the rule of the crate's
    /// introduction.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.public
            .verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend(self.public.as_bytes());
        write!(f, "{}+{}+{}", self.name, self.id, base64_encode(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, rest) = text.split_once('+').ok_or(KeyError::Malformed)?;
        let (id, key) = rest.split_once('+').ok_or(KeyError::Malformed)?;
        let name = KeyName::new(name)?;
        let key = base64_decode(key).ok_or(KeyError::Malformed)?;
        let (kind, public) = key.split_first().ok_or(KeyError::Malformed)?;
        let kind = SignatureKind::from_byte(*kind)?;
        let public = public.try_into().map_err(|_| KeyError::PublicKey)?;
        let key = Self::new(kind, name, public)?;
        if key.id.to_string() == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }
}
