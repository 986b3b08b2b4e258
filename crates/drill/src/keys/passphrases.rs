//! Trying common passphrases against the sealed root key.

use crate::DrillError;
use crate::stolen::StolenFolder;
use lethe_crypto::{RootFileError, SealedRoot};
use std::fs;
use std::time::{Duration, Instant};

/// From published lists of leaked passwords, the long ones first: short ones are refused at the
/// making of an installation.
const COMMON: [&str; 20] = [
    "password1234",
    "123456789012",
    "qwertyuiop12",
    "passwordpassword",
    "iloveyou1234",
    "administrator",
    "letmeinletmein",
    "changemechangeme",
    "correct horse battery staple",
    "correct-horse-battery-staple",
    "trustno1trustno1",
    "1q2w3e4r5t6y7u8i",
    "welcome12345",
    "lethelethelethe",
    "motdepasse1234",
    "passwort1234",
    "contraseña1234",
    "111111111111",
    "abcdefghijkl",
    "football1234",
];

/// What guessing the passphrase gave.
#[derive(Debug)]
pub(crate) struct PassphraseTrial {
    pub(crate) tried: usize,
    pub(crate) elapsed: Duration,
    pub(crate) is_guessed: bool,
}

/// Tries the first `count` of the common passphrases.
pub(crate) fn try_passphrases(
    stolen: &StolenFolder,
    count: usize,
) -> Result<PassphraseTrial, DrillError> {
    let path = stolen.root_key_file();
    let text = fs::read_to_string(&path).map_err(DrillError::file(&path))?;
    let sealed = SealedRoot::parse(&text)?;
    let begun = Instant::now();
    let mut trial = PassphraseTrial {
        tried: 0,
        elapsed: Duration::ZERO,
        is_guessed: false,
    };
    for passphrase in COMMON.iter().take(count) {
        trial.tried += 1;
        match sealed.open(passphrase) {
            Ok(_) => trial.is_guessed = true,
            Err(RootFileError::Passphrase) => {}
            Err(other) => return Err(other.into()),
        }
    }
    trial.elapsed = begun.elapsed();
    Ok(trial)
}
