//! The file of roles in force: a setting with a tag, like the access settings.

use super::manage::grant_of;
use crate::credential::Credential;
use crate::log::ActKind;
use crate::{GrantText, Keeper, Refusal};
use lethe_staff::Roles;
use lethe_store::StoreError;
use lethe_store::keyring::{credentials, settings};
use sha2::{Digest, Sha256};

const NAME: &str = "roles";
const LABEL: &[u8] = b"lethe-setting-v1";

impl Keeper {
    /// Returns the text of the roles in force.
    ///
    /// # Errors
    ///
    /// When the keyring cannot be read, or the text was changed behind the keeper's back.
    pub fn roles_text(&self) -> Result<String, Refusal> {
        let found = self.reader().read(|tx| settings::fetch(tx, NAME))?;
        let Some((text, mac)) = found else {
            return Ok(Roles::DEFAULT_TEXT.to_owned());
        };
        let parts: [&[u8]; 3] = [LABEL, NAME.as_bytes(), text.as_bytes()];
        match self.service().credentials.verifies(&parts, &mac) {
            true => Ok(text),
            false => Err(forged()),
        }
    }

    /// Returns the roles in force.
    ///
    /// # Errors
    ///
    /// As for [`Keeper::roles_text`].
    pub fn roles(&self) -> Result<Roles, Refusal> {
        Roles::parse(&self.roles_text()?).map_err(|_| forged())
    }

    /// Puts a file of roles in force, and gives everybody who has a role what it says now. Returns
    /// how many people's grants changed. Whose role is not in the file keeps what they have.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when `by` may not, or log or keyring cannot be written.
    pub fn adopt_roles(&self, by: &Credential, text: &str, roles: &Roles) -> Result<u64, Refusal> {
        self.operators_own(by)?;
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        self.log_staff(
            by,
            ActKind::KeyChange,
            serde_json::json!({ "roles_sha256": crate::hex(&hash) }),
        )?;
        let mut rows = Vec::new();
        for member in self.staff(by.store)? {
            let mut changed = Credential::clone(&member.credential);
            let (Some(role), None, Some(expiry)) = (
                roles.get(&member.role),
                changed.revoked_at_ms,
                changed.grant.expires_at_ms,
            ) else {
                continue;
            };
            changed.grant = grant_of(role, &member.name, expiry);
            if changed == *member.credential {
                continue;
            }
            let grant = GrantText::from(&changed.grant);
            self.log_staff(
                by,
                ActKind::KeyChange,
                serde_json::json!({ "key": changed.id, "grant": grant, "role": member.role }),
            )?;
            rows.push(changed.to_row(&self.service().credentials));
        }
        let parts: [&[u8]; 3] = [LABEL, NAME.as_bytes(), text.as_bytes()];
        let mac = self.service().credentials.tag(&parts);
        // All in one: nobody has the new file's role with the old one's grant.
        self.writer().write(|tx| -> Result<(), StoreError> {
            settings::put(tx, NAME, text, &mac)?;
            for row in &rows {
                credentials::update(tx, row)?;
            }
            Ok(())
        })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        Ok(rows.len() as u64)
    }
}

fn forged() -> Refusal {
    Refusal::KeyringUnavailable(
        "the roles were changed in the database: they do not authenticate; restore the keyring from a backup, and treat it as an incident"
            .to_owned(),
    )
}
