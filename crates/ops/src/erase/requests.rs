//! Erasures that are asked for from outside: they wait, are capped, and can be taken back. A forged
//! request must not be able to destroy anything at once.

use super::{Asked, Erasure};
use crate::policy::timestamp;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::Token;
use lethe_keeper::{Credential, OPERATOR, Refusal, hex};
use lethe_store::StoreError;
use lethe_store::active::erasures::{self, AskedHolder, ErasureRow};
use lethe_store::active::holders as holder_rows;
use serde::Serialize;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const LISTED_MAX: i64 = 1_000;

/// An erasure as it is shown. Nothing in it leads to the person.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureView {
    /// Its public id.
    pub id: String,
    /// `waiting`, `cancelled`, `held`, `partial` or `complete`.
    pub state: String,
    /// The credential that asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// It is carried out by itself from then on, unless it is taken back.
    pub not_before: Timestamp,
    /// When it was carried out here.
    pub erased_at: Option<Timestamp>,
    /// Holders of copies that were asked.
    pub holders: Vec<AskedHolderView>,
    /// What was done.
    pub report: Option<serde_json::Value>,
}

/// A holder of copies that was asked to erase.
#[derive(Debug, Clone, Serialize)]
pub struct AskedHolderView {
    /// Its name.
    pub name: String,
    /// When.
    pub asked_at: Timestamp,
    /// When it confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// How that is known.
    pub evidence: Option<String>,
}

impl Vault {
    /// Asks for the erasure of a person. It is carried out after the policy's delay, or when the
    /// operator confirms it; the same request twice is one.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], or [`Error::AboveCap`] when API keys have asked for as many as the policy
    /// allows in a day.
    pub fn request_erasure(
        &self,
        credential: &Credential,
        token: &str,
    ) -> Result<ErasureView, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        if self.keeper.subject_number(&subject)?.is_none() {
            return Err(Error::NotFound);
        }
        let now_ms = self.around.clock.now_ms();
        let policy = self.policy();
        let delay = i64::from(policy.safety().request_delay_days) * DAY_MS;
        let state = &mut *self.intake.lock()?;
        let earlier = state.active.read(|tx| erasures::of_subject(tx, &subject))?;
        if let Some(earlier) = earlier {
            return self.erasure_view(earlier);
        }
        let since = now_ms - DAY_MS;
        let asked = state
            .active
            .read(|tx| erasures::count_asked(tx, credential.store, OPERATOR, since))?;
        let cap = policy.safety().erasures_per_day_at_most;
        if u64::try_from(asked).unwrap_or(0) >= u64::from(cap) {
            return Err(Error::AboveCap {
                at_most: cap.into(),
            });
        }
        let row = ErasureRow {
            id: format!("era_{}", hex(&self.around.random.bytes::<8>())),
            store: credential.store,
            subject: Some(subject),
            state: "waiting".to_owned(),
            requested_by: credential.id.clone(),
            requested_at: now_ms,
            not_before: now_ms + delay,
            erased_at: None,
            report: None,
        };
        self.keeper.append_erasure(credential, &row.id, "asked")?;
        state
            .active
            .write::<_, StoreError>(|tx| erasures::insert(tx, &row))?;
        self.erasure_view(row)
    }

    /// Carries out now an erasure that waits, or what a hold kept of one, once the hold is gone.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when none is open under this id; [`Error::Invalid`] while a hold keeps what
    /// is left of it; [`Refusal::Power`] for anybody but the operator.
    pub fn confirm_erasure(&self, credential: &Credential, id: &str) -> Result<Erasure, Error> {
        // Else a stolen key could ask and confirm, and the delay would protect nobody.
        if !credential.is_operator() {
            return Err(Refusal::Power("operator").into());
        }
        let row = self.read_active(|tx| erasures::fetch(tx, id))?;
        let is_open = |row: &ErasureRow| ["waiting", "held"].contains(&row.state.as_str());
        let row = row
            .filter(|row| row.store == credential.store && is_open(row))
            .ok_or(Error::NotFound)?;
        if row.state == "held" && self.is_still_held(&row)? {
            let text = "a legal hold keeps what is left of this erasure: release the hold first";
            return Err(Error::invalid("erasure", text));
        }
        let mut erased = None;
        self.carry_out(credential, &row, &mut |one| {
            erased = Some(one);
            Ok(())
        })?;
        self.keeper.publish_log()?;
        erased.ok_or(Error::NotFound)
    }

    /// Takes a waiting erasure back.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when none waits under this id.
    pub fn cancel_erasure(&self, credential: &Credential, id: &str) -> Result<ErasureView, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let row = self.waiting(credential, id)?;
        self.keeper.append_erasure(credential, id, "cancelled")?;
        let state = &mut *self.intake.lock()?;
        state
            .active
            .write::<_, StoreError>(|tx| erasures::cancel(tx, &row.id))?;
        let row = state.active.read(|tx| erasures::fetch(tx, id))?;
        self.erasure_view(row.ok_or(Error::NotFound)?)
    }

    /// Fetches an erasure.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the shop has none under this id; otherwise when the grant lacks the
    /// power `erase`.
    pub fn erasure(&self, credential: &Credential, id: &str) -> Result<ErasureView, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let row = self.read_active(|tx| erasures::fetch(tx, id))?;
        let row = row.filter(|row| row.store == credential.store);
        self.erasure_view(row.ok_or(Error::NotFound)?)
    }

    /// Lists erasures, oldest first; those that are complete only on demand.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `erase`.
    pub fn list_erasures(
        &self,
        credential: &Credential,
        with_complete: bool,
    ) -> Result<Vec<ErasureView>, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let but_not = if with_complete { "" } else { "complete" };
        let rows =
            self.read_active(|tx| erasures::list(tx, credential.store, but_not, LISTED_MAX))?;
        rows.into_iter().map(|row| self.erasure_view(row)).collect()
    }

    /// Notes that a holder of copies has confirmed an erasure.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when that holder was not asked, or has confirmed before.
    pub fn confirm_holder(
        &self,
        credential: &Credential,
        id: &str,
        holder: &str,
        evidence: &str,
    ) -> Result<ErasureView, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        check_evidence(evidence)?;
        let now_ms = self.around.clock.now_ms();
        let (row, open) = self.read_active(|tx| -> Result<_, StoreError> {
            Ok((erasures::fetch(tx, id)?, erasures::asked(tx, id)?))
        })?;
        let row = row.filter(|row| row.store == credential.store);
        let row = row.ok_or(Error::NotFound)?;
        let is_open = |one: &AskedHolder| one.name == holder && one.confirmed_at.is_none();
        if !open.iter().any(is_open) {
            return Err(Error::NotFound);
        }
        self.keeper
            .append_erasure(credential, id, "holder-confirmed")?;
        let state = &mut *self.intake.lock()?;
        let row = state.active.write(|tx| -> Result<_, Error> {
            if !erasures::confirm(tx, id, holder, evidence, now_ms)? {
                return Err(Error::NotFound);
            }
            let open = erasures::asked(tx, id)?;
            let is_complete = open.iter().all(|one| one.confirmed_at.is_some());
            if is_complete && row.state == "partial" {
                let report = row.report.as_deref().unwrap_or("{}");
                erasures::set(tx, id, "complete", None, row.erased_at, report)?;
            }
            erasures::fetch(tx, id)?.ok_or(Error::NotFound)
        })?;
        self.erasure_view_in(row, state.active.read(|tx| erasures::asked(tx, id))?)
    }

    /// Carries out what has waited long enough, and tries again what a hold kept. Returns how many
    /// were carried out.
    pub(crate) fn carry_out_waiting(&self, operator: &Credential) -> Result<u64, Error> {
        let now_ms = self.around.clock.now_ms();
        let rows =
            self.read_active(|tx| erasures::list(tx, operator.store, "complete", LISTED_MAX))?;
        let due: Vec<ErasureRow> = rows
            .into_iter()
            .filter(|row| row.subject.is_some() && row.not_before <= now_ms)
            .collect();
        if due.is_empty() {
            return Ok(0);
        }
        self.check_clock()?;
        let mut count = 0;
        for row in due {
            if row.state == "held" && self.is_still_held(&row)? {
                continue;
            }
            self.carry_out(operator, &row, &mut |_| Ok(()))?;
            count += 1;
        }
        self.keeper.publish_log()?;
        Ok(count)
    }

    fn is_still_held(&self, row: &ErasureRow) -> Result<bool, Error> {
        let Some(subject) = row.subject else {
            return Ok(false);
        };
        let archived = self.keeper.archived_orders(&subject)?;
        let held = self.read_active(|tx| {
            for one in archived.iter().chain([&subject]) {
                if lethe_store::active::holds::any_of_subject(tx, one)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        Ok(held)
    }

    fn carry_out(
        &self,
        credential: &Credential,
        row: &ErasureRow,
        done: &mut dyn FnMut(Erasure) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let subject = row.subject.ok_or(Error::NotFound)?;
        let asked = Asked {
            credential,
            requested_by: &row.requested_by,
            requested_at_ms: row.requested_at,
            waiting: Some(row.id.clone()),
        };
        match self.erase_batch(&asked, &[subject], true, done) {
            // Somebody was quicker, the term was over meanwhile, or the process was stopped between
            // the keys and this row: there is nobody left here, but there may be elsewhere.
            Err(Error::NotFound) => {
                let now_ms = self.around.clock.now_ms();
                let state = &mut *self.intake.lock()?;
                state.active.write::<_, StoreError>(|tx| {
                    let holders = holder_rows::list(tx, row.store)?;
                    let word = if holders.is_empty() {
                        "complete"
                    } else {
                        "partial"
                    };
                    erasures::set(tx, &row.id, word, None, Some(now_ms), "{}")?;
                    let mut names = holders.iter().map(|one| &one.name);
                    names.try_for_each(|name| erasures::ask(tx, &row.id, name, now_ms))
                })?;
                Ok(())
            }
            other => other,
        }
    }

    fn waiting(&self, credential: &Credential, id: &str) -> Result<ErasureRow, Error> {
        let row = self.read_active(|tx| erasures::fetch(tx, id))?;
        row.filter(|row| row.store == credential.store && row.state == "waiting")
            .ok_or(Error::NotFound)
    }

    fn erasure_view(&self, row: ErasureRow) -> Result<ErasureView, Error> {
        let asked = self.read_active(|tx| erasures::asked(tx, &row.id))?;
        self.erasure_view_in(row, asked)
    }

    #[expect(clippy::unused_self, reason = "reads like its sibling")]
    fn erasure_view_in(
        &self,
        row: ErasureRow,
        asked: Vec<AskedHolder>,
    ) -> Result<ErasureView, Error> {
        let holders = asked.into_iter().map(|one| AskedHolderView {
            name: one.name,
            asked_at: timestamp(one.asked_at),
            confirmed_at: one.confirmed_at.map(timestamp),
            evidence: one.evidence,
        });
        Ok(ErasureView {
            id: row.id,
            state: row.state,
            requested_by: row.requested_by,
            requested_at: timestamp(row.requested_at),
            not_before: timestamp(row.not_before),
            erased_at: row.erased_at.map(timestamp),
            holders: holders.collect(),
            report: row.report.and_then(|text| serde_json::from_str(&text).ok()),
        })
    }
}

/// What a holder's word rests on stands in clear in the active store.
fn check_evidence(evidence: &str) -> Result<(), Error> {
    let is_line = !evidence.trim().is_empty()
        && evidence.len() <= 200
        && !evidence.contains(char::is_control);
    if is_line && !evidence.contains('@') {
        Ok(())
    } else {
        let text =
            "must be one line of 1 to 200 characters without a name or address: a ticket, say";
        Err(Error::invalid("evidence", text))
    }
}
