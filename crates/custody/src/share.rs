//! Shares: each custodian's part of every private key, in a file of their own. Two of three open.

use crate::seal::{ArchivePublicKey, generate_pair, public_of};
use crate::{CustodyError, chance::Chance};
use age::secrecy::SecretString;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use blahaj::Sharks;
use lethe_crypto::SecretKey;
use lethe_model::Random;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;
use std::io::{Read, Write};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How many shares open.
pub const THRESHOLD: u8 = 2;
/// How many there are.
pub const SHARES: usize = 3;
const PASSPHRASE_CHARS_MIN: usize = 12;
/// scrypt's work factor as a power of two: age's own default is about a second's worth, near 18.
const WORK_FACTOR: u8 = 17;
/// 1 GiB of memory. More is somebody's attempt to bring the ceremony's machine down.
const WORK_FACTOR_MAX: u8 = 20;
const FILE_BYTES_MAX: usize = 4 << 20;
const HEAD: &str = "# lethe archive share of ";

/// Which ceremony made the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetId(pub [u8; 16]);

/// What a ceremony makes.
#[derive(Debug)]
pub struct KeySet {
    /// Its id.
    pub set_id: SetId,
    /// The public halves, for the vault.
    pub public: Vec<ArchivePublicKey>,
    /// One share for each custodian.
    pub shares: [Share; SHARES],
}

/// One custodian's part of every private key of a set.
pub struct Share(ShareText);

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct ShareText {
    version: u32,
    custodian: String,
    set: String,
    keys: Vec<KeyShare>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct KeyShare {
    key_id: String,
    public: String,
    share: String,
    /// SHA-256 over the other three, so that damage is noticed before two custodians meet.
    check: String,
}

/// How much work a passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareCost(u8);

impl Default for ShareCost {
    fn default() -> Self {
        Self(WORK_FACTOR)
    }
}

#[cfg(debug_assertions)]
impl ShareCost {
    /// Next to none: for tests. Release builds do not have it.
    pub const TEST: Self = Self(4);
}

/// Makes a key pair for each id and splits every private half.
///
/// # Errors
///
/// [`CustodyError::Invalid`] when there is no key to make, or two keys or custodians have one name.
pub fn generate(
    key_ids: &[String],
    custodians: &[String; SHARES],
    random: &dyn Random,
) -> Result<KeySet, CustodyError> {
    if key_ids.is_empty() {
        return Err(CustodyError::Invalid("name at least one financial year"));
    }
    let mut named = HashSet::new();
    if !key_ids.iter().all(|key_id| named.insert(key_id)) {
        // Shares are joined by id: records sealed to the second key would never open.
        return Err(CustodyError::Invalid("name each archive key once"));
    }
    let is_name = |name: &String| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !name.is_empty() && name.len() <= 40 && name.bytes().all(is_plain)
    };
    let [first, second, third] = custodians;
    if !custodians.iter().all(is_name) || first == second || second == third || first == third {
        return Err(CustodyError::Invalid(
            "name three different custodians, with letters, digits and ._-",
        ));
    }
    let set_id = SetId(random.bytes());
    let mut public = Vec::with_capacity(key_ids.len());
    let mut shares: [Vec<KeyShare>; SHARES] = Default::default();
    for key_id in key_ids {
        let (private, shown) = generate_pair(random);
        let mut chance = Chance(random);
        let dealt = Sharks(THRESHOLD).dealer_rng(&private[..], &mut chance);
        for (target, part) in shares.iter_mut().zip(dealt) {
            let bytes = Zeroizing::new(Vec::from(&part));
            target.push(KeyShare::new(key_id, &shown, &bytes));
        }
        public.push(ArchivePublicKey {
            key_id: key_id.clone(),
            public: shown,
        });
    }
    let mut keys = shares.into_iter();
    let shares = [first, second, third].map(|custodian| {
        Share(ShareText {
            version: 1,
            custodian: custodian.clone(),
            set: set_id.0.iter().map(|byte| format!("{byte:02x}")).collect(),
            keys: keys.next().expect("one list per custodian"),
        })
    });
    Ok(KeySet {
        set_id,
        public,
        shares,
    })
}

impl KeyShare {
    fn new(key_id: &str, public: &[u8; 32], share: &[u8]) -> Self {
        let (public, share) = (BASE64.encode(public), BASE64.encode(share));
        Self {
            check: checksum(key_id, &public, &share),
            key_id: key_id.to_owned(),
            public,
            share,
        }
    }

    fn is_whole(&self) -> bool {
        self.check == checksum(&self.key_id, &self.public, &self.share)
    }
}

fn checksum(key_id: &str, public: &str, share: &str) -> String {
    let mut hash = Sha256::new();
    for part in [key_id, public, share] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    BASE64.encode(&hash.finalize()[..8])
}

impl Share {
    /// Returns whose share it is.
    pub fn custodian(&self) -> &str {
        &self.0.custodian
    }

    /// Returns the ceremony it is from.
    pub fn set(&self) -> &str {
        &self.0.set
    }

    /// Lists the keys it is part of.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys.iter().map(|key| key.key_id.as_str())
    }

    /// Returns the parts themselves: what a thief of this share would try as keys.
    pub fn raw_parts(&self) -> Vec<SecretKey> {
        let parts = self.0.keys.iter().filter_map(|key| {
            let bytes = Zeroizing::new(BASE64.decode(&key.share).ok()?);
            let mut part: [u8; 32] = bytes.get(1..)?.try_into().ok()?;
            Some(SecretKey::take(&mut part))
        });
        parts.collect()
    }

    /// Writes the share's file, under a passphrase.
    ///
    /// # Errors
    ///
    /// [`CustodyError::Invalid`] when the passphrase is too short.
    pub fn seal(&self, passphrase: &str, cost: ShareCost) -> Result<String, CustodyError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(CustodyError::Invalid(
                "a passphrase has at least 12 characters",
            ));
        }
        let json = Zeroizing::new(serde_json::to_vec(&self.0).expect("words serialise"));
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(cost.0);
        let mut sealed = Vec::new();
        let mut write = || -> Option<()> {
            let armor =
                age::armor::ArmoredWriter::wrap_output(&mut sealed, age::armor::Format::AsciiArmor)
                    .ok()?;
            let encryptor =
                age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
                    .ok()?;
            let mut writer = encryptor.wrap_output(armor).ok()?;
            writer.write_all(&json).ok()?;
            writer.finish().ok()?.finish().ok()?;
            Some(())
        };
        write().ok_or(CustodyError::Invalid("the share cannot be sealed"))?;
        let armored = String::from_utf8(sealed).map_err(|_| CustodyError::BadShare)?;
        let set = self.0.set.chars().take(8).collect::<String>();
        Ok(format!("{HEAD}{}, set {set}\n{armored}", self.0.custodian))
    }

    /// Opens a share's file.
    ///
    /// # Errors
    ///
    /// [`CustodyError::Passphrase`] or [`CustodyError::BadShare`].
    pub fn open(text: &str, passphrase: &str) -> Result<Self, CustodyError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(CustodyError::BadShare);
        }
        let start = text.find("-----BEGIN").ok_or(CustodyError::BadShare)?;
        let armored = age::armor::ArmoredReader::new(&text.as_bytes()[start..]);
        let decryptor = age::Decryptor::new(armored).map_err(|_| CustodyError::BadShare)?;
        let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(WORK_FACTOR_MAX);
        let mut reader = decryptor
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|error| match error {
                age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
                    CustodyError::Passphrase
                }
                _ => CustodyError::BadShare,
            })?;
        let mut json = Zeroizing::new(Vec::new());
        reader
            .by_ref()
            .take(FILE_BYTES_MAX as u64)
            .read_to_end(&mut json)
            .map_err(|_| CustodyError::BadShare)?;
        let share: ShareText = serde_json::from_slice(&json).map_err(|_| CustodyError::BadShare)?;
        let is_whole = share.version == 1 && share.keys.iter().all(KeyShare::is_whole);
        if is_whole {
            Ok(Self(share))
        } else {
            Err(CustodyError::BadShare)
        }
    }
}

/// Joins two shares of one key; the private half lives as long as the result. For ceremonies and
/// drills: on a vault's machine it has no place.
///
/// # Errors
///
/// [`CustodyError`] says which share is wrong.
pub fn join(shares: &[Share; 2], key_id: &str) -> Result<Zeroizing<[u8; 32]>, CustodyError> {
    let [first, second] = shares;
    if first.set() != second.set() {
        return Err(CustodyError::Mismatch(
            "the two shares are from different ceremonies: use two of one",
        ));
    }
    if first.custodian() == second.custodian() {
        return Err(CustodyError::Mismatch(
            "both shares are of one custodian: two different people are needed",
        ));
    }
    let missing = || CustodyError::MissingKey(key_id.to_owned());
    let wrong = || CustodyError::WrongKey(key_id.to_owned());
    let part_of = |share: &Share| -> Result<(blahaj::Share, String), CustodyError> {
        let key = share.0.keys.iter().find(|key| key.key_id == key_id);
        let key = key.ok_or_else(missing)?;
        let bytes = Zeroizing::new(BASE64.decode(&key.share).map_err(|_| wrong())?);
        let part = blahaj::Share::try_from(bytes.as_slice()).map_err(|_| wrong())?;
        Ok((part, key.public.clone()))
    };
    let (one, public) = part_of(first)?;
    let (other, _) = part_of(second)?;
    let joined = Sharks(THRESHOLD)
        .recover([&one, &other])
        .map_err(|_| wrong())?;
    let joined = Zeroizing::new(joined);
    let mut private = Zeroizing::new([0; 32]);
    if joined.len() != private.len() {
        return Err(wrong());
    }
    private.copy_from_slice(&joined);
    let is_right = public_of(&private).is_some_and(|shown| BASE64.encode(shown) == public);
    if is_right { Ok(private) } else { Err(wrong()) }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[share of {}]", self.0.custodian)
    }
}
