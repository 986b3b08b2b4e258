//! Rotation of the key-encryption key.

use crate::{Error, Vault};
use lethe_keeper::{Credential, RotationReport};

pub use lethe_keeper::RotationProgress;

impl Vault {
    /// Rotates the key-encryption key, or finishes a rotation that was interrupted.
    ///
    /// # Errors
    ///
    /// What log and keyring say; run it again to go on.
    pub fn rotate(
        &self,
        credential: &Credential,
        progress: impl FnMut(RotationProgress),
    ) -> Result<RotationReport, Error> {
        // Another vault must not wrap a key under an epoch that is being destroyed here. In this one the
        // keeper sees to that, and intake goes on.
        let _writing = match self.keeper.is_shared() {
            true => Some(self.intake.lock()?),
            false => None,
        };
        Ok(self.keeper.rotate(credential, progress)?)
    }
}
