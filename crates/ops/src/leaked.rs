//! A key that lies in the open: whoever shows it may end it.

use crate::{Error, Vault};
use lethe_crypto::ApiKey;
use lethe_keeper::{Alert, AlertKind, Refusal};

/// Who found a key in the open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// Somebody who sent it to the vault.
    Reported,
    /// GitHub's secret scanning.
    GitHub,
    /// The operator, on the vault's own machine.
    CommandLine,
}

impl Leak {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Reported => "somebody who has it reported it to the vault",
            Self::GitHub => "GitHub found it in public",
            Self::CommandLine => "it was reported on the vault's machine",
        }
    }
}

impl Vault {
    /// Revokes whatever key is shown: possession is proof enough to end it. Says whether it was living.
    ///
    /// # Errors
    ///
    /// When log, ledger or keyring cannot be written: then it lives on.
    pub fn report_leaked(&self, secret: &ApiKey, leak: Leak) -> Result<bool, Error> {
        let Some(holder) = self.keeper.unrevoked_holder(secret) else {
            return Ok(false);
        };
        let text = format!(
            "The key {} of `{}` is revoked, because it leaked: {}. Make a new one, and look in the access log \
             at what it did.",
            holder.id,
            holder.recipient,
            leak.sentence(),
        );
        // First the alert: after a crash in between, whoever reports it again ends it.
        self.raise(&Alert::about(AlertKind::KeyLeaked, &holder, text))?;
        match self.keeper.revoke_leaked(secret) {
            Ok(_) => Ok(true),
            // Somebody else was faster.
            Err(Refusal::Gone) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
