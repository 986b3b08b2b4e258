//! The clock that destruction trusts: a moment somebody has vouched for. Whoever sets the machine's
//! clock forward orders nothing by that.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, Refusal};
use lethe_model::Power;
use lethe_store::StoreError;
use lethe_store::keyring::counters::{self, TRUSTED_CLOCK};

impl Keeper {
    /// Returns the last moment that was vouched for, Unix milliseconds; the first call vouches for
    /// now.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn trusted_clock(&self) -> Result<i64, Refusal> {
        let known = self
            .reader()
            .read(|tx| counters::fetch(tx, TRUSTED_CLOCK))?;
        if known > 0 {
            return Ok(i64::try_from(known).unwrap_or(i64::MAX));
        }
        let now_ms = self.around.clock.now_ms();
        self.trust_clock(now_ms)?;
        Ok(now_ms)
    }

    /// Vouches for a moment: a run that was allowed has come to its end.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn trust_clock(&self, now_ms: i64) -> Result<(), Refusal> {
        let value = u64::try_from(now_ms).unwrap_or(0);
        self.writer()
            .write(|tx| -> Result<(), StoreError> { counters::raise(tx, TRUSTED_CLOCK, value) })?;
        Ok(())
    }

    /// Vouches for the machine's clock in somebody's name.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn confirm_clock(&self, by: &Credential) -> Result<(), Refusal> {
        self.permit(by, Power::Retention)?;
        let now_ms = self.around.clock.now_ms();
        let detail = serde_json::json!({ "step": "clock-confirmed", "now_ms": now_ms });
        let (store, id) = (by.store, &by.id);
        self.append(public_part(
            ActKind::Policy,
            Phase::Act,
            store,
            id,
            Some(detail),
        ))?;
        self.trust_clock(now_ms)
    }
}
