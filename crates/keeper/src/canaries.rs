//! Canaries, the keeper's half: their key, and who is one.

use crate::keeper::public_part;
use crate::keys::ServiceKeys;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, Refusal};
use lethe_model::{Power, SubjectId};

impl Keeper {
    /// Logs that canaries are planted for a recipient, and makes their key if there is none yet.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn begin_canaries(
        &self,
        by: &Credential,
        recipient: &str,
        count: u32,
    ) -> Result<(), Refusal> {
        self.permit(by, Power::Keys)?;
        let detail = serde_json::json!({ "canaries": count, "recipient": recipient });
        self.append(public_part(
            ActKind::Canary,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        if self.service().canaries.is_some() {
            return Ok(());
        }
        let (now_ms, random) = (self.around.clock.now_ms(), &*self.around.random);
        self.writer().write(|tx| -> Result<(), Refusal> {
            Ok(ServiceKeys::create_canaries(
                tx, &self.root, now_ms, random,
            )?)
        })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))
    }

    /// Makes the canary of a moment; `None` before [`Keeper::begin_canaries`].
    pub fn canary(&self, at_ms: i64, recipient: &str) -> Option<SubjectId> {
        let service = self.service();
        Some(service.canaries.as_ref()?.make(at_ms, recipient))
    }

    /// Returns the public id of a canary (`can_…`), which leads to nobody without the canaries' key;
    /// `None` for everybody else.
    pub fn canary_id(&self, subject: &SubjectId) -> Option<String> {
        let service = self.service();
        let key = service.canaries.as_ref()?;
        let is_one = key.recognises(subject);
        is_one.then(|| format!("can_{}", crate::hex(&key.name_of(subject))))
    }

    /// Says whether somebody is a canary.
    pub fn is_canary(&self, subject: &SubjectId) -> bool {
        let service = self.service();
        service
            .canaries
            .as_ref()
            .is_some_and(|key| key.recognises(subject))
    }

    /// Says whether somebody is a canary planted for another recipient: nobody else is shown it, so
    /// that whoever reads it names where the list came from.
    pub fn is_canary_of_another(&self, subject: &SubjectId, recipient: &str) -> bool {
        let service = self.service();
        let Some(key) = &service.canaries else {
            return false;
        };
        key.recognises(subject) && !key.is_for(subject, recipient)
    }
}
