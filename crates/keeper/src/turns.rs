//! Turns: how everything is appended to the log, alone or among several vaults.

use crate::journal::{Journal, Turn};
use crate::keeper::AdmissionState;
use crate::keys::LOG_BODY;
use crate::log::{Body, LoggedAct};
use crate::{Keeper, Refusal};
use lethe_crypto::SecretKey;

impl Keeper {
    /// Appends the entries that `make` describes, in one durable write, and returns the index of the
    /// first. `make` decides on the state as it is after everything that any vault logged before.
    ///
    /// # Errors
    ///
    /// What `make` says: then nothing is appended. [`Refusal::LogUnavailable`] when the entries are
    /// not certain to be durable: nothing may be done on the strength of them.
    pub(crate) fn in_turn(
        &self,
        make: impl FnOnce(&mut AdmissionState) -> Result<Vec<Body>, Refusal>,
    ) -> Result<u64, Refusal> {
        let state = &mut *self.admission();
        let Some(mut journal) = state.journal.take() else {
            let now_ms = self.around.clock.now_ms();
            let bodies = make(state)?;
            return Ok(state.log.append(now_ms, &bodies, &*self.around.random)?);
        };
        let index = self.in_shared_turn(state, &mut journal, make);
        state.journal = Some(journal);
        index
    }

    fn in_shared_turn(
        &self,
        state: &mut AdmissionState,
        journal: &mut Journal,
        make: impl FnOnce(&mut AdmissionState) -> Result<Vec<Body>, Refusal>,
    ) -> Result<u64, Refusal> {
        let mut sealed = None;
        let taken = journal.take_turn(|turn| {
            resolve_uncertain(state, turn)?;
            self.read_news(state, turn, false)?;
            let bodies = make(state)?;
            // The turn may have been long in coming: the entries are of now.
            let now_ms = self.around.clock.now_ms();
            let group = state.log.seal(now_ms, &bodies, &*self.around.random)?;
            let chunk = state.log.chunk(&group, turn.number());
            sealed = Some(group);
            turn.append(&chunk)
        });
        if let (Err(_), group @ Some(_)) = (&taken, &mut sealed) {
            // Perhaps the server has it, and its answer was lost. The next turn will see.
            state.uncertain = group.take();
        }
        taken?;
        let group = sealed.expect("a turn ends well only after its entries were sealed");
        Ok(state.log.accept(&group)?)
    }

    /// Counts what other vaults logged, and with `own` what this one did.
    pub(crate) fn read_news(
        &self,
        state: &mut AdmissionState,
        turn: &mut Turn<'_, '_>,
        own: bool,
    ) -> Result<(), Refusal> {
        let usage = &mut self.usage();
        let body_key = |origin: &str| self.body_key(origin);
        turn.news(own, body_key, |_, act: LoggedAct| {
            self.count_again(state, usage, &act);
        })
    }

    /// Returns the key that wraps the segment keys of a log. One that another vault began is read
    /// from the keyring first.
    pub(crate) fn body_key(&self, origin: &str) -> Result<SecretKey, Refusal> {
        let known = self.service().secret(LOG_BODY, origin);
        if let Ok(key) = known {
            return Ok(key);
        }
        let lost = |error: crate::KeeperError| Refusal::KeyringUnavailable(error.to_string());
        self.reload().map_err(lost)?;
        self.service().secret(LOG_BODY, origin).map_err(lost)
    }
}

/// Finds out what became of entries whose durability was not certain.
fn resolve_uncertain(state: &mut AdmissionState, turn: &Turn<'_, '_>) -> Result<(), Refusal> {
    let Some(group) = &state.uncertain else {
        return Ok(());
    };
    let expected = state.log.chunk(group, 0);
    let found = turn.of_segment(&expected.origin, expected.segment, expected.at)?;
    if found.iter().any(|chunk| chunk.bytes == expected.bytes) {
        // Logged and never answered: counts are upper bounds.
        state.log.accept(group)?;
    }
    state.uncertain = None;
    Ok(())
}
