//! Holders: vendors and others who have copies, and must confirm an erasure.

use crate::{Error, Vault};
use lethe_keeper::Credential;
use lethe_model::Category;
use lethe_store::StoreError;
use lethe_store::active::holders::{self, HolderRow};
use serde::Serialize;

/// A holder to be noted.
#[derive(Debug, Clone)]
pub struct NewHolder {
    /// Its name: a company's or a tool's.
    pub name: String,
    /// `processor`, `joint-controller` or `controller`.
    pub role: String,
    /// What it receives.
    pub receives: Vec<Category>,
    /// After how many days it deletes by itself, where that is agreed.
    pub retention_days: Option<u32>,
}

/// A holder as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct HolderView {
    /// Its name.
    pub name: String,
    /// Its role under the GDPR.
    pub role: String,
    /// What it receives.
    pub receives: Vec<String>,
    /// After how many days it deletes by itself.
    pub retention_days: Option<i64>,
}

const ROLES: [&str; 3] = ["processor", "joint-controller", "controller"];

impl Vault {
    /// Notes a holder of copies, or changes what is known of it.
    ///
    /// # Errors
    ///
    /// When a word is wrong, or the grant lacks the power `erase`.
    pub fn add_holder(&self, credential: &Credential, new: &NewHolder) -> Result<(), Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        if new.name.is_empty() || new.name.len() > 60 || new.name.contains('@') {
            let text =
                "must be a company's or a tool's name of 1 to 60 characters, no e-mail address";
            return Err(Error::invalid("name", text));
        }
        if !ROLES.contains(&new.role.as_str()) {
            let text = "must be processor, joint-controller or controller";
            return Err(Error::invalid("role", text));
        }
        let names: Vec<&str> = new.receives.iter().map(|one| one.name()).collect();
        let row = HolderRow {
            name: new.name.clone(),
            role: new.role.clone(),
            receives: names.join(","),
            retention_days: new.retention_days.map(i64::from),
        };
        let state = &mut *self.intake.lock()?;
        state
            .active
            .write::<_, StoreError>(|tx| holders::upsert(tx, credential.store, &row))?;
        Ok(())
    }

    /// Lists the holders of copies.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `erase`.
    pub fn list_holders(&self, credential: &Credential) -> Result<Vec<HolderView>, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let rows = self.read_active(|tx| holders::list(tx, credential.store))?;
        let views = rows.into_iter().map(|row| HolderView {
            name: row.name,
            role: row.role,
            receives: row
                .receives
                .split(',')
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            retention_days: row.retention_days,
        });
        Ok(views.collect())
    }

    /// Removes a holder: later erasures no longer ask it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such holder.
    pub fn remove_holder(&self, credential: &Credential, name: &str) -> Result<(), Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let state = &mut *self.intake.lock()?;
        let was_there = state
            .active
            .write::<_, StoreError>(|tx| holders::delete(tx, credential.store, name))?;
        if was_there {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }
}
