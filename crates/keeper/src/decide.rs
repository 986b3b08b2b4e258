//! The decision: may this credential do this, now? Every entrance asks it, whatever the act.

use crate::Keeper;
use crate::Refusal;
use crate::credential::Credential;
use crate::derived::Derived;
use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use lethe_crypto::Token;
use lethe_model::{FieldSet, OrderStates, Power, Purpose};
use std::collections::HashMap;
use std::sync::PoisonError;

/// Denials of one credential for one reason are logged no more often than this, in milliseconds: a
/// dead key in somebody's loop must not fill the log.
const DENIAL_PAUSE_MS: i64 = 1_000;

/// What a credential wants to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// Something that takes a power and shows no personal field.
    Act(Power),
    /// The same, with one order or subject alone.
    ActOn(Power, Token),
    /// Read fields, or look somebody up by one, of orders in these states.
    Read {
        purpose: Purpose,
        fields: FieldSet,
        states: OrderStates,
        /// What the caller named; `None` for a look-up.
        token: Option<Token>,
    },
}

impl Wish {
    /// Returns the one order or subject that it is about, if it is about one.
    fn token(&self) -> Option<Token> {
        match self {
            Self::Act(_) => None,
            Self::ActOn(_, token) => Some(*token),
            Self::Read { token, .. } => *token,
        }
    }
}

/// Says whether a credential may have a wish; what it has met before is the quota's question.
///
/// # Errors
///
/// The first reason against it, in the order: revoked, expired, quarantined, power, order, purpose,
/// field, state.
pub(crate) fn decide(credential: &Credential, wish: &Wish, now_ms: i64) -> Result<(), Refusal> {
    let grant = &*credential.grant_at(now_ms);
    if credential.revoked_at_ms.is_some() {
        return Err(Refusal::Revoked);
    }
    if grant.expires_at_ms.is_some_and(|expiry| expiry <= now_ms) {
        return Err(Refusal::Expired);
    }
    if let Some(quarantine) = &credential.standing.quarantine {
        return Err(Refusal::Quarantined(quarantine.reason.sentence()));
    }
    let power = match wish {
        Wish::Act(power) | Wish::ActOn(power, _) => *power,
        Wish::Read { .. } => Power::Reveal,
    };
    if !credential.may(power) {
        return Err(Refusal::Power(power.name()));
    }
    // A key for some orders does nothing that is not about one of them.
    if let Some(orders) = credential
        .derived
        .as_ref()
        .and_then(|one| one.orders.as_ref())
        && !wish.token().is_some_and(|token| orders.contains(&token))
    {
        return Err(Refusal::Order);
    }
    let Wish::Read {
        purpose,
        fields,
        states,
        token: _,
    } = wish
    else {
        return Ok(());
    };
    if !grant.purposes.contains(*purpose) {
        return Err(Refusal::Purpose(purpose.name()));
    }
    if let Some(field) = fields.without(grant.fields).iter().next() {
        return Err(Refusal::Field(field.to_string()));
    }
    match states.iter().find(|one| !grant.states.contains(*one)) {
        Some(state) => Err(Refusal::State(state.name())),
        None => Ok(()),
    }
}

/// When a credential's denials were last logged, and how many have not been since.
#[derive(Default)]
pub(crate) struct Denials(HashMap<(String, &'static str), (i64, u64)>);

impl Denials {
    /// Says whether to log one now, and how many before it were not.
    pub(crate) fn due(&mut self, credential: &str, code: &'static str, now_ms: i64) -> Option<u64> {
        if self.0.len() > 10_000 {
            self.0.clear();
        }
        let key = (credential.to_owned(), code);
        let (last_ms, unlogged) = self.0.entry(key).or_insert((i64::MIN, 0));
        if now_ms.saturating_sub(*last_ms) < DENIAL_PAUSE_MS && now_ms >= *last_ms {
            *unlogged += 1;
            return None;
        }
        *last_ms = now_ms;
        Some(std::mem::take(unlogged))
    }
}

impl Keeper {
    /// Says whether a credential may do something that takes a power. A refusal is in the log.
    ///
    /// The grant is looked up again, so that a revocation holds for an act that has begun already.
    ///
    /// # Errors
    ///
    /// The [`Refusal`].
    pub fn permit(&self, by: &Credential, power: Power) -> Result<(), Refusal> {
        self.permit_wish(by, power, &Wish::Act(power))
    }

    /// As [`Self::permit`], for an act that concerns one order or subject alone: a key that was
    /// derived for that order may do it too.
    ///
    /// # Errors
    ///
    /// The [`Refusal`].
    pub fn permit_on(&self, by: &Credential, power: Power, token: Token) -> Result<(), Refusal> {
        self.permit_wish(by, power, &Wish::ActOn(power, token))
    }

    fn permit_wish(&self, by: &Credential, power: Power, wish: &Wish) -> Result<(), Refusal> {
        let now_ms = self.around.clock.now_ms();
        let decided = self
            .current(&by.id)
            .ok_or(Refusal::Unauthenticated)
            .and_then(|current| decide(&current, wish, now_ms))
            .and_then(|()| decide(by, wish, now_ms));
        match &decided {
            Ok(()) => self.usage().used(&by.id, power, now_ms),
            Err(refusal) => self.log_denial(by, refusal, Some(power)),
        }
        decided
    }

    /// Writes a denial that no act's own entry tells of. That it was refused does not depend on it.
    pub(crate) fn log_denial(&self, by: &Credential, refusal: &Refusal, power: Option<Power>) {
        let due = self
            .denials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .due(&by.id, refusal.code(), self.around.clock.now_ms());
        let Some(unlogged) = due else { return };
        let mut detail = by.derived.as_ref().map(Derived::detail).unwrap_or_default();
        if let Some(power) = power {
            detail.insert("power".to_owned(), power.name().into());
        }
        if unlogged > 0 {
            detail.insert("more_like_this".to_owned(), unlogged.into());
        }
        let mut public = public_part(
            ActKind::Denial,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail.into()),
        );
        public.denied = Some(refusal.code().to_owned());
        // The refusal stands without its entry: nothing was given.
        drop(self.append(public));
    }
}
