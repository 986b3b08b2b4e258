//! Erasure of people: keys first, then bytes. What opens nothing any more is already gone.
//!
//! What a statutory minimum keeps is sealed into the archive, cut loose from the person; everything
//! else is destroyed. Priority: hold, then statutory minimum, then the person's request.

mod holders;
mod plan;
mod requests;

pub use holders::{HolderView, NewHolder};
pub use plan::KeptRecords;
pub use requests::ErasureView;

use crate::dispose::{Disposal, Removal};
use crate::parallel;
use crate::policy::timestamp;
use crate::{Error, Vault};
use lethe_crypto::Token;
use lethe_keeper::{Credential, DisposalKind, Refusal, hex};
use lethe_model::SubjectId;
use lethe_policy::{Day, Policy};
use lethe_receipt::{Dates, Erased, ErasureReceipt, HolderState, Kept, LogPlace, Openings};
use lethe_store::StoreError;
use lethe_store::active::erasures::{self, ErasureRow};
use lethe_store::active::holders as holder_rows;
use plan::PersonPlan;
use serde::{Deserialize, Serialize};

/// People erased in one act at most: one entry in the log, one transaction each.
const BATCH: usize = 1_000;

/// What an erasure did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErasureReport {
    /// The erasure's public id: for following it, and for holders of copies.
    pub id: String,
    /// `complete`, or `partial` until every holder of copies has confirmed and no hold is left.
    pub state: String,
    /// Subjects erased: the person, and recipients known only through this person's gifts.
    pub subjects: usize,
    /// Records erased.
    pub records: u64,
    /// The kinds of records erased.
    pub categories: Vec<String>,
    /// Orders whose number stays as a tombstone or in the archive.
    pub orders: u64,
    /// What is kept, until when and why.
    pub kept: Vec<KeptRecords>,
    /// Whether copies of the destroyed, wrapped keys may lie in unused parts of a keyring too large to
    /// be compacted at once: they lose their meaning with the next `lethe rotate`.
    pub is_rotation_due: bool,
    /// Where the log holds the outcome.
    pub log_index: u64,
}

/// What is handed out once: report, receipt in words and signed.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// What was done.
    pub report: ErasureReport,
    /// The receipt.
    pub receipt: ErasureReceipt,
    /// The receipt as it is given to the person: a signed note. It holds the person's own openings and
    /// is kept nowhere.
    pub signed: String,
}

/// Who asked for an erasure, when.
struct Asked<'a> {
    credential: &'a Credential,
    requested_by: &'a str,
    requested_at_ms: i64,
    /// The waiting request this carries out, by id.
    waiting: Option<String>,
}

impl Vault {
    /// Erases the person behind a token now. What the law keeps is sealed into the archive.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the token is not this caller's or its person was erased before;
    /// [`Error::CannotArchive`] when something must be kept and there is no archive key for it.
    /// Nothing was erased then.
    pub fn erase(&self, credential: &Credential, token: &str) -> Result<Erasure, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        self.erase_subject(credential, subject)
    }

    /// Erases a person whom a restored backup brought back.
    pub(crate) fn erase_again(
        &self,
        operator: &Credential,
        subject: SubjectId,
    ) -> Result<(), Error> {
        let asked = Asked {
            credential: operator,
            requested_by: "restore",
            requested_at_ms: self.around.clock.now_ms(),
            waiting: None,
        };
        match self.erase_batch(&asked, &[subject], false, &mut |_| Ok(())) {
            Err(Error::NotFound) => Ok(()),
            other => other,
        }
    }

    fn erase_subject(&self, credential: &Credential, subject: SubjectId) -> Result<Erasure, Error> {
        let asked = Asked {
            credential,
            requested_by: &credential.id,
            requested_at_ms: self.around.clock.now_ms(),
            waiting: None,
        };
        let mut erased = None;
        self.erase_batch(&asked, &[subject], true, &mut |one| {
            erased = Some(one);
            Ok(())
        })?;
        self.keeper.publish_log()?;
        erased.ok_or(Error::NotFound)
    }

    /// Says what erasing a person would do; nothing is changed.
    ///
    /// # Errors
    ///
    /// As [`Vault::erase`].
    pub fn preview_erasure(
        &self,
        credential: &Credential,
        token: &str,
    ) -> Result<Vec<KeptRecords>, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        if self.keeper.subject_number(&subject)?.is_none() {
            return Err(Error::NotFound);
        }
        let policy = self.policy();
        let today = policy.today(self.around.clock.now());
        let keys = self.archive_key_ids()?;
        let judge = self.judge(credential, &policy, today, &keys)?;
        let state = &mut *self.intake.lock()?;
        let mut unused = Disposal::new(DisposalKind::Erasure);
        Ok(plan::plan(&judge, state, subject, &mut unused)?.kept)
    }

    /// Says whether a token leads to somebody who is not erased.
    pub fn is_known(&self, credential: &Credential, token: &str) -> bool {
        let Ok(Token::Subject(subject) | Token::Order(subject, _)) =
            self.read_token(credential, token)
        else {
            return false;
        };
        matches!(self.keeper.subject_number(&subject), Ok(Some(_)))
    }

    /// Erases many people, a thousand in one act; `done` gets each one's receipt.
    ///
    /// # Errors
    ///
    /// As [`Vault::erase`]; whoever was reported as done is erased.
    pub fn erase_many(
        &self,
        credential: &Credential,
        mut tokens: impl Iterator<Item = String>,
        mut done: impl FnMut(Erasure) -> Result<(), Error>,
    ) -> Result<u64, Error> {
        self.permit(credential, lethe_model::Power::Erase)?;
        let asked = Asked {
            credential,
            requested_by: &credential.id,
            requested_at_ms: self.around.clock.now_ms(),
            waiting: None,
        };
        let mut count = 0;
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            for token in tokens.by_ref().take(BATCH) {
                let subject = match self.read_token(credential, &token)? {
                    Token::Subject(subject) | Token::Order(subject, _) => subject,
                };
                if !batch.contains(&subject) {
                    batch.push(subject);
                }
            }
            if batch.is_empty() {
                break;
            }
            count += batch.len() as u64;
            self.erase_batch(&asked, &batch, false, &mut done)?;
        }
        let state = &mut *self.intake.lock()?;
        state.active.checkpoint()?;
        state.archive.checkpoint()?;
        self.keeper.clear_residues()?;
        self.keeper.publish_log()?;
        Ok(count)
    }

    fn erase_batch(
        &self,
        asked: &Asked<'_>,
        subjects: &[SubjectId],
        is_last: bool,
        done: &mut dyn FnMut(Erasure) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let credential = asked.credential;
        let policy = self.policy();
        let now_ms = self.around.clock.now_ms();
        let today = policy.today(self.around.clock.now());
        let keys = self.archive_key_ids()?;
        let judge = self.judge(credential, &policy, today, &keys)?;
        let state = &mut *self.intake.lock()?;
        self.intake.settle_earlier(state)?;
        let mut due = Disposal::new(DisposalKind::Erasure);
        let mut people: Vec<(String, PersonPlan)> = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let id = match &asked.waiting {
                Some(id) => id.clone(),
                None => format!("era_{}", hex(&self.around.random.bytes::<8>())),
            };
            people.push((id, plan::plan(&judge, state, *subject, &mut due)?));
        }
        due.destruction.dedup();
        let holders = state
            .active
            .read(|tx| holder_rows::list(tx, credential.store))?;
        let holders: Vec<String> = holders.into_iter().map(|row| row.name).collect();
        let rows: Vec<Row> = people
            .iter()
            .map(|(id, person)| Row::of(asked, id, person, holders.is_empty(), now_ms))
            .collect();
        // First the promise: an act that is cut off is a waiting erasure, and its holders are asked.
        if asked.waiting.is_none() {
            state.active.write::<_, StoreError>(|tx| {
                let mut subjects = subjects.iter();
                rows.iter()
                    .try_for_each(|row| row.announce(tx, subjects.next().copied(), now_ms))
            })?;
        }
        let note = |tx: &lethe_store::Tx<'_>| -> Result<(), StoreError> {
            rows.iter()
                .try_for_each(|row| row.write(tx, &holders, now_ms))
        };
        let removal = Removal {
            policy: &policy,
            note: Some(&note),
        };
        let disposed = match self.dispose(state, credential, due, &removal, is_last) {
            Ok(disposed) => disposed,
            Err(error) => {
                // Whoever asked is told that nothing happened: then nothing may happen later either.
                if asked.waiting.is_none() && !state.is_unsettled {
                    state.active.write::<_, StoreError>(|tx| {
                        rows.iter()
                            .try_for_each(|row| erasures::cancel(tx, &row.id).map(drop))
                    })?;
                }
                return Err(match error {
                    Error::Refused(Refusal::Gone) => Error::NotFound,
                    other => other,
                });
            }
        };
        let signer = self.keeper.signer()?;
        let origin = self.keeper.log_origin().to_owned();
        let shop = self.stores().iter().find(|row| row.id == credential.store);
        let shop = shop.ok_or(Error::NotFound)?;
        let receipt_of = |(id, person): &(String, PersonPlan)| {
            let openings = disposed.permit.openings(&person.subjects[0]);
            ErasureReceipt {
                receipt_id: id.clone(),
                log_origin: origin.clone(),
                controller: shop.controller.clone(),
                store: shop.name.clone(),
                requested_at: timestamp(asked.requested_at_ms),
                erased_at: timestamp(now_ms),
                erased: Erased {
                    categories: person
                        .categories
                        .iter()
                        .map(|one| (*one).to_owned())
                        .collect(),
                    records: person.records,
                    orders: person.orders,
                },
                kept: person.kept.iter().map(kept).collect(),
                dates: dates(&policy, today, disposed.is_clear),
                holders: holders
                    .iter()
                    .map(|name| HolderState {
                        name: name.clone(),
                        asked_at: timestamp(now_ms),
                        confirmed_at: None,
                    })
                    .collect(),
                log: LogPlace {
                    intent: disposed.intent,
                    outcome: disposed.outcome,
                },
                openings: openings.map(|(number, key)| {
                    Openings::new(person.subjects[0].as_bytes(), number.0, key.expose())
                }),
            }
        };
        let erased = parallel::map(people.into_iter().zip(&rows).collect(), |(one, row)| {
            let receipt = receipt_of(&one);
            let signed = receipt.sign(&signer);
            let (id, person) = one;
            let report = ErasureReport {
                id,
                state: row.state.to_owned(),
                subjects: person.subjects.len(),
                records: person.records,
                categories: receipt.erased.categories.clone(),
                orders: person.orders,
                kept: person.kept,
                is_rotation_due: is_last && !disposed.is_clear,
                log_index: disposed.outcome,
            };
            Erasure {
                report,
                receipt,
                signed,
            }
        });
        erased.into_iter().try_for_each(done)?;
        Ok(())
    }
}

/// An erasure's row, ready to be written with the removal of its rows.
struct Row {
    id: String,
    store: lethe_model::StoreId,
    requested_by: String,
    requested_at_ms: i64,
    /// Whom a hold still keeps.
    held: Option<SubjectId>,
    state: &'static str,
    report: String,
}

impl Row {
    fn of(
        asked: &Asked<'_>,
        id: &str,
        person: &PersonPlan,
        has_no_holders: bool,
        now_ms: i64,
    ) -> Self {
        let state = if person.is_held {
            "held"
        } else if has_no_holders {
            "complete"
        } else {
            "partial"
        };
        let report = serde_json::json!({
            "subjects": person.subjects.len(),
            "records": person.records,
            "orders": person.orders,
            "categories": person.categories,
            "kept": person.kept,
            "erased_at_ms": now_ms,
        });
        Self {
            id: id.to_owned(),
            store: asked.credential.store,
            requested_by: asked.requested_by.to_owned(),
            requested_at_ms: asked.requested_at_ms,
            held: Some(person.subjects[0]).filter(|_| person.is_held),
            state,
            report: report.to_string(),
        }
    }

    fn announce(
        &self,
        tx: &lethe_store::Tx<'_>,
        subject: Option<SubjectId>,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let row = ErasureRow {
            id: self.id.clone(),
            store: self.store,
            subject,
            state: "waiting".to_owned(),
            requested_by: self.requested_by.clone(),
            requested_at: self.requested_at_ms,
            not_before: now_ms,
            erased_at: None,
            report: None,
        };
        erasures::insert(tx, &row)
    }

    fn write(
        &self,
        tx: &lethe_store::Tx<'_>,
        holders: &[String],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (id, erased_at) = (&self.id, Some(now_ms));
        erasures::set(
            tx,
            id,
            self.state,
            self.held.as_ref(),
            erased_at,
            &self.report,
        )?;
        for holder in holders {
            erasures::ask(tx, id, holder, now_ms)?;
        }
        // What a hold had kept goes last: by then every holder may have confirmed.
        let asked = erasures::asked(tx, id)?;
        if self.state == "partial" && asked.iter().all(|one| one.confirmed_at.is_some()) {
            erasures::set(tx, id, "complete", None, erased_at, &self.report)?;
        }
        Ok(())
    }
}

fn kept(one: &KeptRecords) -> Kept {
    Kept {
        what: one.category.clone(),
        records: one.records,
        fields: one.fields.clone(),
        until: one.until.map(Day::to_date),
        reason: one.reason.clone(),
        reference: one.reference.clone(),
    }
}

fn dates(policy: &Policy, today: Day, is_clear: bool) -> Dates {
    let days = i32::try_from(policy.backups().keyring_days).unwrap_or(i32::MAX);
    Dates {
        live_system: today.to_date(),
        local_residue: is_clear.then(|| today.to_date()),
        last_keyring_backup: today.plus_days(days).to_date(),
    }
}
