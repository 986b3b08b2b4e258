//! Sealing to a public key: HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
//! AES-256-GCM.

use crate::CustodyError;
use crate::chance::Chance;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use hpke::{setup_receiver, setup_sender_with_rng};
use lethe_crypto::SecretKey;
use lethe_model::{Random, RecordId, StoreId};
use zeroize::{Zeroize, Zeroizing};

type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Encapped = <X25519HkdfSha256 as Kem>::EncappedKey;

const VERSION: u8 = 1;
const ENCAPPED_LEN: usize = 32;
const INFO: &[u8] = b"lethe-archive-record-key-v1";

/// The id of the key that seals what is needed to warn archived people of a breach.
pub const NOTIFICATION: &str = "notification";

/// Returns the key id of a financial year, named by the year it ends in.
pub fn year_key_id(label: &str) -> String {
    format!("year/{label}")
}

/// The public half of an archive key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePublicKey {
    /// `year/2024` or `notification`.
    pub key_id: String,
    /// X25519.
    pub public: [u8; 32],
}

/// The record a key is sealed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedFor {
    /// The shop.
    pub store: StoreId,
    /// The record in the archive.
    pub record: RecordId,
}

impl SealedFor {
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        let mut data = Vec::with_capacity(64);
        data.extend_from_slice(&self.store.0.to_be_bytes());
        data.extend_from_slice(self.record.subject.as_bytes());
        data.extend_from_slice(self.record.order.as_bytes());
        data.push(self.record.category.number());
        data.extend_from_slice(key_id.as_bytes());
        data
    }
}

/// Seals a record key to an archive key.
///
/// # Errors
///
/// [`CustodyError::BadKey`] when the public key is damaged.
pub fn seal_record_key(
    to: &ArchivePublicKey,
    sealed_for: &SealedFor,
    key: &SecretKey,
    random: &dyn Random,
) -> Result<Vec<u8>, CustodyError> {
    let aad = sealed_for.associated_data(&to.key_id);
    seal(&to.public, INFO, &aad, key.expose(), random)
        .ok_or_else(|| CustodyError::BadKey(to.key_id.clone()))
}

/// Opens a sealed record key with the private half of an archive key: in a ceremony, or by a thief in
/// a drill.
///
/// # Errors
///
/// [`CustodyError::Unopenable`].
pub fn open_record_key(
    private: &[u8; 32],
    key_id: &str,
    sealed_for: &SealedFor,
    sealed: &[u8],
) -> Result<SecretKey, CustodyError> {
    open_key(private, INFO, &sealed_for.associated_data(key_id), sealed)
}

pub(crate) fn seal(
    public: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    clear: &[u8],
    random: &dyn Random,
) -> Option<Vec<u8>> {
    let public = Public::from_bytes(public).ok()?;
    let (encapped, mut sender) = setup_sender_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        info,
        &mut Chance(random),
    )
    .ok()?;
    let sealed = sender.seal(clear, aad).ok()?;
    Some([&[VERSION], &encapped.to_bytes()[..], &sealed].concat())
}

pub(crate) fn open_key(
    private: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<SecretKey, CustodyError> {
    let open = || {
        let (version, rest) = sealed.split_first()?;
        let (encapped, sealed) = rest.split_at_checked(ENCAPPED_LEN)?;
        if *version != VERSION {
            return None;
        }
        let private = Private::from_bytes(private).ok()?;
        let encapped = Encapped::from_bytes(encapped).ok()?;
        let mut receiver = setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &private,
            &encapped,
            info,
        )
        .ok()?;
        let clear = Zeroizing::new(receiver.open(sealed, aad).ok()?);
        let mut key: [u8; 32] = clear.as_slice().try_into().ok()?;
        Some(SecretKey::take(&mut key))
    };
    open().ok_or(CustodyError::Unopenable)
}

/// Makes a key pair: private half, public half.
pub(crate) fn generate_pair(random: &dyn Random) -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let mut material: [u8; 32] = random.bytes();
    let (private, public) = X25519HkdfSha256::derive_keypair(&material);
    material.zeroize();
    let mut secret = Zeroizing::new([0; 32]);
    secret.copy_from_slice(&private.to_bytes());
    let mut shown = [0; 32];
    shown.copy_from_slice(&public.to_bytes());
    (secret, shown)
}

/// Returns the public half of a private key.
pub(crate) fn public_of(private: &[u8; 32]) -> Option<[u8; 32]> {
    let private = Private::from_bytes(private).ok()?;
    let public = X25519HkdfSha256::sk_to_pk(&private);
    let mut shown = [0; 32];
    shown.copy_from_slice(&public.to_bytes());
    Some(shown)
}
