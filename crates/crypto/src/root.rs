//! The root key's file: the one key that everything hangs on, sealed with a passphrase.

use crate::{SecretKey, open_bytes, seal_bytes};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use lethe_model::Random;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const HEADER: &str = "# Lethe root key, sealed with a passphrase. Without both, nothing opens.\n\
                      # Keep a copy of this file and of the passphrase apart from the data.\n";

/// How hard a passphrase is to try: Argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl KdfCost {
    /// The cost of real installations: 64 MiB, three passes (RFC 9106 §4, second choice).
    pub const STANDARD: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
    };

    /// A cost that lets tests run. A release build neither makes nor opens such a file.
    #[cfg(debug_assertions)]
    pub const TEST: Self = Self {
        memory_kib: 8,
        passes: 1,
    };

    /// The least a file may ask for: 19 MiB and two passes (OWASP password storage cheat sheet).
    #[cfg(not(debug_assertions))]
    const LEAST: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    #[cfg(debug_assertions)]
    const LEAST: Self = Self {
        memory_kib: 8,
        passes: 1,
    };

    /// More than this is a damaged or hostile file, not a choice: 4 GiB.
    const MOST_MEMORY_KIB: u32 = 4 * 1024 * 1024;
    const MOST_PASSES: u32 = 100;

    fn is_sane(self) -> bool {
        (Self::LEAST.memory_kib..=Self::MOST_MEMORY_KIB).contains(&self.memory_kib)
            && (Self::LEAST.passes..=Self::MOST_PASSES).contains(&self.passes)
    }
}

/// A parsed root key file.
pub struct SealedRoot {
    cost: KdfCost,
    salt: [u8; 16],
    sealed: Vec<u8>,
}

/// Why a root key file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootFileError {
    /// The file is not what was written.
    #[error(
        "the root key file is damaged: restore it from its copy (nothing else can open the data)"
    )]
    Damaged,
    /// A version this program does not know.
    #[error("the root key file has a newer format: use the release of Lethe that wrote it")]
    Version,
    /// Settings that are too cheap to be safe.
    #[error(
        "the root key file asks for too cheap a key derivation: it was made for tests, or altered"
    )]
    Cost,
    /// The passphrase is not the one it was sealed with.
    #[error("wrong passphrase for this root key file")]
    Passphrase,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootFile {
    version: u32,
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    sealed: String,
    /// CRC-32 of the fields above, so that damage and a wrong passphrase can be told apart.
    check: u32,
}

impl SealedRoot {
    /// Seals `root` with a passphrase and returns the file's text.
    pub fn seal(root: &SecretKey, passphrase: &str, cost: KdfCost, random: &dyn Random) -> String {
        let salt: [u8; 16] = random.bytes();
        let mut sealed_root = Self {
            cost,
            salt,
            sealed: Vec::new(),
        };
        let key = sealed_root
            .derive(passphrase)
            .expect("the built-in costs are valid");
        sealed_root.sealed =
            seal_bytes(&key, &sealed_root.context(), root.expose(), random.bytes());
        sealed_root.to_text()
    }

    fn to_text(&self) -> String {
        let file = RootFile {
            version: 1,
            kdf: "argon2id".to_owned(),
            memory_kib: self.cost.memory_kib,
            passes: self.cost.passes,
            salt: BASE64.encode(self.salt),
            sealed: BASE64.encode(&self.sealed),
            check: self.check(),
        };
        format!(
            "{HEADER}{}",
            toml::to_string(&file).expect("plain numbers and strings")
        )
    }

    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// Says whether the file is damaged, too new, or too cheap to be trusted.
    pub fn parse(text: &str) -> Result<Self, RootFileError> {
        let file: RootFile = toml::from_str(text).map_err(|_| RootFileError::Damaged)?;
        if file.version != 1 || file.kdf != "argon2id" {
            return Err(RootFileError::Version);
        }
        let decode = |text: &str| BASE64.decode(text).map_err(|_| RootFileError::Damaged);
        let root = Self {
            cost: KdfCost {
                memory_kib: file.memory_kib,
                passes: file.passes,
            },
            salt: decode(&file.salt)?
                .try_into()
                .map_err(|_| RootFileError::Damaged)?,
            sealed: decode(&file.sealed)?,
        };
        if root.check() != file.check {
            return Err(RootFileError::Damaged);
        }
        if !root.cost.is_sane() {
            return Err(RootFileError::Cost);
        }
        Ok(root)
    }

    /// Opens the root key.
    ///
    /// # Errors
    ///
    /// [`RootFileError::Passphrase`] when the passphrase is another one.
    pub fn open(&self, passphrase: &str) -> Result<SecretKey, RootFileError> {
        let key = self.derive(passphrase)?;
        let root = Zeroizing::new(
            open_bytes(&key, &self.context(), &self.sealed)
                .map_err(|_| RootFileError::Passphrase)?,
        );
        let mut bytes: [u8; 32] = root
            .as_slice()
            .try_into()
            .map_err(|_| RootFileError::Damaged)?;
        Ok(SecretKey::take(&mut bytes))
    }

    fn derive(&self, passphrase: &str) -> Result<SecretKey, RootFileError> {
        let params = Params::new(self.cost.memory_kib, self.cost.passes, 1, Some(32))
            .map_err(|_| RootFileError::Cost)?;
        let mut key = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, &mut key)
            .map_err(|_| RootFileError::Cost)?;
        Ok(SecretKey::take(&mut key))
    }

    fn context(&self) -> Vec<u8> {
        let mut context = b"lethe-root-v1".to_vec();
        context.extend_from_slice(&self.cost.memory_kib.to_be_bytes());
        context.extend_from_slice(&self.cost.passes.to_be_bytes());
        context.extend_from_slice(&self.salt);
        context
    }

    fn check(&self) -> u32 {
        let mut all = self.context();
        all.extend_from_slice(&self.sealed);
        crc32fast::hash(&all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);
    impl Random for Counting {
        fn fill(&self, target: &mut [u8]) {
            target.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn sealed() -> (SecretKey, String) {
        let random = Counting(1.into());
        let root = SecretKey::generate(&random);
        let text = SealedRoot::seal(&root, "correct horse", KdfCost::TEST, &random);
        (root, text)
    }

    #[test]
    fn the_right_passphrase_opens_the_file_and_a_wrong_one_says_so() {
        let (root, text) = sealed();
        let file = SealedRoot::parse(&text).unwrap();
        assert_eq!(file.open("correct horse").unwrap(), root);
        assert_eq!(
            file.open("Correct horse").unwrap_err(),
            RootFileError::Passphrase
        );
    }

    #[test]
    fn damage_is_told_apart_from_a_wrong_passphrase() {
        let (_, text) = sealed();
        for (from, to) in [
            ("passes = 1", "passes = 2"),
            ("salt = \"A", "salt = \"B"),
            ("\nsealed", "\nseeled"),
        ] {
            let damaged = text.replacen(from, to, 1);
            assert_ne!(damaged, text);
            assert_eq!(
                SealedRoot::parse(&damaged).err(),
                Some(RootFileError::Damaged),
                "{from}"
            );
        }
        assert_eq!(SealedRoot::parse("").err(), Some(RootFileError::Damaged));
        assert_eq!(
            SealedRoot::parse(&text[..text.len() / 2]).err(),
            Some(RootFileError::Damaged)
        );
    }
}
