//! What holds for all credentials together: the installation's own bound, and what canaries and
//! browsers do to a key.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, KeeperError, Refusal};
use lethe_crypto::MacKey;
use lethe_model::{Bounds, Networks, Power};
use lethe_store::keyring::settings;
use lethe_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};

const NAME: &str = "access";
const LABEL: &[u8] = b"lethe-setting-v1";

/// The installation's own settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Distinct people that all credentials together may meet in any 60 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_hour: Option<u32>,
    /// The same in any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_day: Option<u32>,
    /// The same in any 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_90_days: Option<u32>,
    /// What becomes of a credential that meets a canary.
    pub canaries: Reaction,
    /// What becomes of a credential that departs sharply from its habits.
    pub anomalies: Reaction,
    /// Networks inside which a browser may present a key; elsewhere a key from a web page is
    /// quarantined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub browsers_from: Vec<String>,
}

/// What becomes of a credential that does something alarming. An alert goes out in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reaction {
    /// Nothing more.
    Alert,
    /// It meets few new people from then on.
    Throttle,
    /// It is quarantined.
    Suspend,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            people_per_hour: None,
            people_per_day: Some(20_000),
            people_per_90_days: None,
            canaries: Reaction::Suspend,
            anomalies: Reaction::Throttle,
            browsers_from: Vec::new(),
        }
    }
}

impl AccessSettings {
    /// Returns the bounds.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            hour: self.people_per_hour,
            day: self.people_per_day,
            quarter: self.people_per_90_days,
            ever: None,
        }
    }

    /// Returns the networks of browsers; `None` when one of them is malformed.
    pub fn browsers(&self) -> Option<Networks> {
        Networks::parse(self.browsers_from.iter().map(String::as_str)).ok()
    }

    pub(crate) fn load(tx: &Tx<'_>, key: &MacKey) -> Result<Self, KeeperError> {
        let Some((value, mac)) = settings::fetch(tx, NAME)? else {
            return Ok(Self::default());
        };
        let forged = || KeeperError::Keyring {
            what: "the access settings",
        };
        if !key.verifies(&[LABEL, NAME.as_bytes(), value.as_bytes()], &mac) {
            return Err(forged());
        }
        serde_json::from_str(&value).map_err(|_| forged())
    }
}

impl Keeper {
    /// Returns the installation's own settings.
    pub fn access(&self) -> Arc<AccessSettings> {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&access)
    }

    /// Sets them; in force for the next request.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn set_access(&self, by: &Credential, access: AccessSettings) -> Result<(), Refusal> {
        self.permit(by, Power::Keys)?;
        let value = serde_json::to_string(&access).expect("words and numbers");
        let detail = serde_json::json!({ "access": &access });
        self.append(public_part(
            ActKind::KeyChange,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        let parts: [&[u8]; 3] = [LABEL, NAME.as_bytes(), value.as_bytes()];
        let mac = self.service().credentials.tag(&parts);
        self.writer()
            .write_retrying(|tx| -> Result<(), StoreError> {
                settings::put(tx, NAME, &value, &mac)
            })?;
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
        Ok(())
    }
}
