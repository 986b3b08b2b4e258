//! Whom backups are encrypted to, and who can decrypt them: age's X25519 keys.

use crate::BackupError;
use crate::digest::{Sha256Hash, hex};
use age::secrecy::ExposeSecret;
use age::x25519;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Public keys. A job that makes backups needs nothing else, so it holds no secret.
#[derive(Debug, Clone, Default)]
pub struct Recipients(Vec<x25519::Recipient>);

impl Recipients {
    /// Adds an `age1…` recipient.
    ///
    /// # Errors
    ///
    /// [`BackupError::Key`] when the text is none.
    pub fn add(&mut self, text: &str) -> Result<(), BackupError> {
        let recipient = x25519::Recipient::from_str(text.trim()).map_err(|_| {
            let hint = if text.trim().to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
                "that is an identity, which is secret: give its recipient, and keep it off command lines"
            } else {
                "a recipient looks like `age1…`; `lethe backup identity` makes one"
            };
            BackupError::Key(format!("this is no age recipient: {hint}"))
        })?;
        if !self.0.contains(&recipient) {
            self.0.push(recipient);
        }
        Ok(())
    }

    /// Adds the recipients in a file: one a line, `#` begins a remark.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, a line is no recipient, or none is.
    pub fn add_file(&mut self, path: &Path) -> Result<(), BackupError> {
        let what = format!("cannot read {}", path.display());
        let text = fs::read_to_string(path).map_err(BackupError::file(what))?;
        let lines = text.lines().map(str::trim).enumerate();
        let mut found = false;
        for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            found = true;
            self.add(line).map_err(|error| {
                BackupError::Key(format!("{}, line {}: {error}", path.display(), at + 1))
            })?;
        }
        if found {
            return Ok(());
        }
        let none = format!("{} holds no recipient", path.display());
        Err(BackupError::Key(none))
    }

    /// Says whether there is nobody to encrypt to.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says in hex digits who they are, whatever their order.
    pub(crate) fn fingerprint(&self) -> String {
        let mut names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        names.sort();
        let hash: Sha256Hash = Sha256::digest(names.join("\n")).into();
        hex(&hash)
    }

    /// Encrypts what is written to `out`. Finish the writer, or the file does not decrypt.
    pub(crate) fn encrypt<W: Write>(
        &self,
        out: W,
    ) -> Result<age::stream::StreamWriter<W>, BackupError> {
        let recipients = self.0.iter().map(|one| one as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| {
            BackupError::Key("name at least one recipient with --recipient".to_owned())
        })?;
        let what = "cannot write the backup";
        encryptor.wrap_output(out).map_err(BackupError::file(what))
    }
}

/// Secret keys that decrypt backups.
pub struct Identities(Vec<x25519::Identity>);

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({} [secret])", self.0.len())
    }
}

impl Identities {
    /// Reads an identity file, as `lethe backup identity`, `age-keygen` or `rage-keygen` write it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds something else.
    pub fn from_file(path: &Path) -> Result<Self, BackupError> {
        let what = format!("cannot read {}", path.display());
        let text = fs::read_to_string(path).map_err(BackupError::file(what))?;
        let text = Zeroizing::new(text);
        let lines = text.lines().map(str::trim);
        let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities: Result<Vec<_>, _> = keys.map(x25519::Identity::from_str).collect();
        match identities {
            Ok(identities) if !identities.is_empty() => Ok(Self(identities)),
            _ => Err(BackupError::Key(format!(
                "{} is no age identity file: it should hold a line `AGE-SECRET-KEY-1…`; a file encrypted with a passphrase has to be decrypted first",
                path.display()
            ))),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|one| one as &dyn age::Identity)
    }
}

/// A new pair of keys.
pub struct NewIdentity {
    identity: x25519::Identity,
}

impl NewIdentity {
    /// Draws a pair. The age library takes its randomness from the operating system itself.
    pub fn generate() -> Self {
        Self {
            identity: x25519::Identity::generate(),
        }
    }

    /// Returns the public half.
    pub fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    /// Writes the identity to a new file that its owner alone can read.
    ///
    /// # Errors
    ///
    /// When the file exists or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BackupError> {
        let text = Zeroizing::new(format!(
            "# An age identity: it decrypts Lethe's backups. Keep it away from them.\n\
             # public key: {}\n{}\n",
            self.recipient(),
            self.identity.to_string().expose_secret(),
        ));
        let write = || {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        let what = format!("cannot write {}", path.display());
        write().map_err(BackupError::file(what))
    }
}
