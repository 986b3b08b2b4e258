//! Legal holds and requests for erasure, the keeper's half: the log has them first.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, Refusal};
use lethe_model::Power;

impl Keeper {
    /// Logs that a hold is placed or released.
    ///
    /// # Errors
    ///
    /// What grant and log say.
    pub fn append_hold(&self, by: &Credential, detail: serde_json::Value) -> Result<u64, Refusal> {
        self.permit(by, Power::Retention)?;
        let (store, id) = (by.store, &by.id);
        self.append(public_part(
            ActKind::Hold,
            Phase::Act,
            store,
            id,
            Some(detail),
        ))
    }

    /// Logs a step of an erasure that destroys nothing yet, or nothing here.
    ///
    /// # Errors
    ///
    /// What grant and log say.
    pub fn append_erasure(&self, by: &Credential, id: &str, step: &str) -> Result<u64, Refusal> {
        self.permit(by, Power::Erase)?;
        let detail = serde_json::json!({ "step": step, "erasure": id });
        self.append(public_part(
            ActKind::Erase,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))
    }
}
