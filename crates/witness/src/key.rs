//! The witness's key in its folder, as signed-note tools write keys:
//! `PRIVATE+KEY+name+id+base64(0x04 ‖ seed)`.

use crate::WitnessError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lethe_tlog::Cosigner;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// What a private key begins with (golang.org/x/mod/sumdb/note).
const PREFIX: &str = "PRIVATE+KEY+";
/// The type of a timestamped Ed25519 cosignature (c2sp.org/signed-note).
const COSIGNATURE_V1: u8 = 4;

/// Makes a witness's folder with a new key out of a random seed, and returns the verifier key.
///
/// # Errors
///
/// When the folder has a key, the name is none, or the file system says so.
pub fn create_key(dir: &Path, name: &str, seed: &[u8; 32]) -> Result<String, WitnessError> {
    let cosigner = Cosigner::new(name, seed).map_err(|_| WitnessError::Name(name.to_owned()))?;
    let verifier = cosigner.verifier_key();
    let mut made = DirBuilder::new();
    made.recursive(true).mode(0o700);
    made.create(dir.join("state"))
        .map_err(WitnessError::file(dir))?;
    let secret = Zeroizing::new([&[COSIGNATURE_V1], seed.as_slice()].concat());
    let secret = Zeroizing::new(STANDARD.encode(&*secret));
    let text = Zeroizing::new(format!(
        "{PREFIX}{name}+{}+{}\n",
        verifier.id(),
        secret.as_str()
    ));
    let path = dir.join("key");
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::write(dir.join("vkey"), format!("{verifier}\n"))?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => WitnessError::HasKey(dir.to_owned()),
        _ => WitnessError::File {
            path: path.clone(),
            source,
        },
    })?;
    Ok(verifier.to_string())
}

/// Reads the key of a witness's folder.
pub(crate) fn read_key(dir: &Path) -> Result<Cosigner, WitnessError> {
    let path = dir.join("key");
    let text = match fs::read_to_string(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(WitnessError::NoKey(dir.to_owned()));
        }
        Err(source) => return Err(WitnessError::File { path, source }),
    };
    parse_key(text.trim_end()).ok_or(WitnessError::BadKey(path))
}

fn parse_key(text: &str) -> Option<Cosigner> {
    let mut parts = text.strip_prefix(PREFIX)?.splitn(3, '+');
    let (name, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = Zeroizing::new(STANDARD.decode(secret).ok()?);
    let (COSIGNATURE_V1, seed) = bytes.split_first().map(|(kind, seed)| (*kind, seed))? else {
        return None;
    };
    let cosigner = Cosigner::new(name, seed.try_into().ok()?).ok()?;
    (cosigner.verifier_key().id().to_string() == id).then_some(cosigner)
}
