//! People come, change and go. All of it is the operator's: whoever opens the root key.

use super::person::Person;
use crate::credential::Credential;
use crate::keeper::public_part;
use crate::keys::ServiceKeys;
use crate::log::{ActKind, Phase};
use crate::{GrantText, Keeper, Refusal};
use lethe_model::{Grant, Power, StoreId};
use lethe_staff::{
    Password, PasswordCost, PasswordHash, RECOVERY_CODES, RecoveryCode, Role, StaffName, TotpSecret,
};
use lethe_store::Tx;
use lethe_store::keyring::{credentials, staff};
use std::sync::Arc;

/// Somebody who can log in, as they may be shown.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// Their credential.
    pub credential: Arc<Credential>,
    /// Their name.
    pub name: StaffName,
    /// Their role.
    pub role: String,
    /// When password or second factor last changed, Unix milliseconds.
    pub changed_at_ms: i64,
    /// Recovery codes that are left.
    pub recovery_codes_left: usize,
}

/// A new second factor: shown once.
#[derive(Debug)]
pub struct NewSecrets {
    /// For the authenticator app.
    pub totp: TotpSecret,
    /// For the day the app is lost.
    pub recovery: Vec<RecoveryCode>,
}

impl Keeper {
    /// Lists the people of a shop who can log in, by name.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn staff(&self, store: StoreId) -> Result<Vec<StaffMember>, Refusal> {
        let rows = self.reader().read(staff::list)?;
        let mut members = Vec::new();
        for row in rows.into_iter().filter(|row| row.store == store) {
            let person = Person::from_row(row, &self.service().credentials)?;
            let credential = self.current(&person.credential).ok_or_else(|| {
                Refusal::KeyringUnavailable("a person's credential is missing".to_owned())
            })?;
            members.push(StaffMember {
                credential,
                name: person.name,
                role: person.role,
                changed_at_ms: person.changed_ms,
                recovery_codes_left: person.recovery.len(),
            });
        }
        Ok(members)
    }

    /// Adds a person. The second factor is in the answer and, wrapped, in the keyring.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when `by` may not, or log or keyring cannot be written.
    pub fn add_staff(
        &self,
        by: &Credential,
        name: &StaffName,
        role: &Role,
        password: &Password,
        expires_at_ms: i64,
    ) -> Result<(Arc<Credential>, NewSecrets), Refusal> {
        self.operators_own(by)?;
        self.need_staff_keys()?;
        let random = &*self.around.random;
        let now_ms = self.around.clock.now_ms();
        let number = random.bytes::<6>();
        let id = format!("staff_{}", crate::hex(&number));
        let grant = grant_of(role, name, expires_at_ms);
        let grant_text = GrantText::from(&grant);
        let credential =
            Credential::new(id.clone(), by.store, role.name.clone(), grant, now_ms, None);
        let secrets = NewSecrets::generate(&*self.around.random);
        let person = Person {
            credential: id.clone(),
            store: by.store,
            name: name.clone(),
            role: role.name.clone(),
            password: PasswordHash::new(password, &self.pepper(), PasswordCost::STANDARD, random),
            totp: self.seal_totp(&id, &secrets.totp, random)?,
            last_step: -1,
            recovery: self.recovery_hashes(&id, &secrets.recovery),
            created_ms: now_ms,
            changed_ms: now_ms,
        };
        let (credential_row, staff_row) = {
            let service = self.service();
            let key = &service.credentials;
            (credential.to_row(key), person.to_row(key))
        };
        self.log_staff(
            by,
            ActKind::KeyCreate,
            serde_json::json!({ "key": id, "grant": grant_text, "role": role.name }),
        )?;
        let is_new = self.service().token(by.store, &role.name).is_none();
        self.writer().write(|tx| -> Result<(), Refusal> {
            if is_new {
                self.add_recipient(tx, by.store, &role.name)?;
            }
            credentials::insert(tx, &credential_row)?;
            staff::insert(tx, &staff_row)?;
            Ok(())
        })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        Ok((self.current(&id).ok_or(Refusal::Gone)?, secrets))
    }

    /// Gives a person a new password, second factor and recovery codes, and ends their sessions.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such person.
    pub fn reset_staff(
        &self,
        by: &Credential,
        name: &StaffName,
        password: &Password,
    ) -> Result<NewSecrets, Refusal> {
        self.operators_own(by)?;
        let person = self.person(by.store, Some(name))?.ok_or(Refusal::Gone)?;
        let random = &*self.around.random;
        let secrets = NewSecrets::generate(random);
        let id = &person.credential;
        let hash = PasswordHash::new(password, &self.pepper(), PasswordCost::STANDARD, random);
        let totp = self.seal_totp(id, &secrets.totp, random)?;
        let recovery = self.recovery_hashes(id, &secrets.recovery);
        let now_ms = self.around.clock.now_ms();
        self.log_staff(
            by,
            ActKind::KeyChange,
            serde_json::json!({ "key": id, "login_reset": true }),
        )?;
        let changed = self.change_person(&person, |current| {
            current.password = hash;
            current.totp = totp;
            current.last_step = -1;
            current.recovery = recovery;
            current.changed_ms = now_ms;
            Some(())
        })?;
        changed.ok_or(Refusal::Gone)?;
        self.desk.sessions().end_all(id, None);
        Ok(secrets)
    }

    /// Gives a person a role, or the same one again with another expiry. Tokens of the former role
    /// mean nothing to them any more; what they met stays counted.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such person, or they were revoked.
    pub fn set_staff_role(
        &self,
        by: &Credential,
        name: &StaffName,
        role: &Role,
        expires_at_ms: i64,
    ) -> Result<Arc<Credential>, Refusal> {
        self.operators_own(by)?;
        let person = self.person(by.store, Some(name))?.ok_or(Refusal::Gone)?;
        let mut changed = self.living_key(by, &person.credential)?;
        changed.grant = grant_of(role, name, expires_at_ms);
        changed.recipient.clone_from(&role.name);
        self.log_staff(
            by,
            ActKind::KeyChange,
            serde_json::json!({
                "key": changed.id, "grant": GrantText::from(&changed.grant), "role": role.name,
            }),
        )?;
        let is_new = self.service().token(by.store, &role.name).is_none();
        let (credential_row, staff_row) = {
            let service = self.service();
            let key = &service.credentials;
            let role = role.name.clone();
            (changed.to_row(key), Person { role, ..person }.to_row(key))
        };
        self.writer().write(|tx| -> Result<(), Refusal> {
            if is_new {
                self.add_recipient(tx, by.store, &role.name)?;
            }
            credentials::update(tx, &credential_row)?;
            staff::update(tx, &staff_row)?;
            Ok(())
        })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        Ok(Arc::new(changed))
    }

    /// Ends a person's access for good and deletes their secrets. The name is free again; what they
    /// did stays in the log under their credential.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such person.
    pub fn disable_staff(
        &self,
        by: &Credential,
        name: &StaffName,
    ) -> Result<Arc<Credential>, Refusal> {
        self.operators_own(by)?;
        let person = self.person(by.store, Some(name))?.ok_or(Refusal::Gone)?;
        let credential = self.current(&person.credential).ok_or(Refusal::Gone)?;
        let ended = match credential.revoked_at_ms {
            // Revoked like a key before: the secrets are left.
            Some(_) => credential,
            None => self.end_credential(by, Credential::clone(&credential))?,
        };
        self.writer()
            .write(|tx| staff::delete(tx, &person.credential))?;
        self.desk.sessions().end_all(&person.credential, None);
        Ok(ended)
    }

    /// Refuses everybody but the operator.
    pub(super) fn operators_own(&self, by: &Credential) -> Result<(), Refusal> {
        self.permit(by, Power::Keys)?;
        match by.is_operator() {
            true => Ok(()),
            false => Err(Refusal::Power("operator")),
        }
    }

    pub(super) fn log_staff(
        &self,
        by: &Credential,
        act: ActKind,
        detail: serde_json::Value,
    ) -> Result<u64, Refusal> {
        self.append(public_part(act, Phase::Act, by.store, &by.id, Some(detail)))
    }

    fn add_recipient(&self, tx: &Tx<'_>, store: StoreId, role: &str) -> Result<(), Refusal> {
        let now_ms = self.around.clock.now_ms();
        let random = &*self.around.random;
        ServiceKeys::create_recipient(tx, &self.root, store, role, now_ms, random)?;
        Ok(())
    }

    fn recovery_hashes(&self, credential: &str, codes: &[RecoveryCode]) -> Vec<[u8; 32]> {
        let hash = |code| self.recovery_hash(credential, code);
        codes.iter().map(hash).collect()
    }
}

impl NewSecrets {
    fn generate(random: &dyn lethe_model::Random) -> Self {
        let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate(random));
        Self {
            totp: TotpSecret::generate(random),
            recovery: codes.collect(),
        }
    }
}

/// A role's grant as one person has it.
pub(super) fn grant_of(role: &Role, name: &StaffName, expires_at_ms: i64) -> Grant {
    Grant {
        owner: Some(name.as_str().to_owned()),
        expires_at_ms: Some(expires_at_ms),
        ..role.grant.clone()
    }
}
