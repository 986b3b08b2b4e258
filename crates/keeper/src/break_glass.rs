//! Break-glass: in an emergency one credential gets more for an hour, loudly, and somebody looks at it
//! afterwards.
//!
//! It ends by itself: the decision compares times, and no job is needed. While one has not been looked
//! at in time, there is no next one.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Alert, AlertKind, Credential, Keeper, KeeperError, Refusal};
use lethe_crypto::MacKey;
use lethe_model::{Bounds, FieldSet, Grant, Power, Purpose, StoreId, Window};
use lethe_store::Tx;
use lethe_store::keyring::break_glass::{self, BreakGlassRow};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const LABEL: &[u8] = b"lethe-break-glass-v1";
const HOUR_MS: i64 = 60 * 60 * 1000;
/// How long one lasts, in milliseconds.
pub const BREAK_GLASS_MS: i64 = HOUR_MS;
/// Until when it must have been looked at, in milliseconds from its beginning.
pub const REVIEW_WITHIN_MS: i64 = 72 * HOUR_MS;
/// People beyond the credential's own bounds at most: more is an export.
pub const BREAK_GLASS_PEOPLE_MAX: u32 = 500;

/// What is needed in an emergency.
#[derive(Debug, Clone)]
pub struct NewBreakGlass {
    /// The credential that gets it.
    pub key: String,
    /// Fields beyond its grant's.
    pub fields: FieldSet,
    /// Purposes beyond its grant's.
    pub purposes: Vec<Purpose>,
    /// People beyond its bounds.
    pub people: u32,
    /// Why, in one line. Never a name.
    pub reason: String,
}

/// An emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Its public id.
    pub id: String,
    /// The credential that got more.
    pub key: String,
    /// Fields beyond its grant's.
    pub fields: Vec<String>,
    /// Purposes beyond its grant's.
    pub purposes: Vec<String>,
    /// People beyond its bounds.
    pub people: u32,
    /// Why.
    pub reason: String,
    /// The credential that did it.
    pub opened_by: String,
    /// Unix milliseconds.
    pub opened_at_ms: i64,
    /// Unix milliseconds.
    pub until_ms: i64,
    /// What came of looking at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<BreakGlassReview>,
}

/// What came of looking at an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassReview {
    /// Who looked.
    pub by: String,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// What was found.
    pub finding: String,
}

/// What a credential has beyond its grant for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    from_ms: i64,
    until_ms: i64,
    fields: FieldSet,
    purposes: Vec<Purpose>,
    people: u32,
}

impl BreakGlass {
    /// Says whether it should have been looked at by now.
    pub fn is_review_overdue(&self, now_ms: i64) -> bool {
        self.review.is_none() && now_ms >= self.opened_at_ms + REVIEW_WITHIN_MS
    }

    /// Says whether it is in force.
    pub fn is_active(&self, now_ms: i64) -> bool {
        (self.opened_at_ms..self.until_ms).contains(&now_ms)
    }

    /// Returns what it gives; `None` when a word in it is unknown.
    pub(crate) fn broken(&self) -> Option<Broken> {
        let purposes = self.purposes.iter().map(|name| Purpose::parse(name).ok());
        Some(Broken {
            from_ms: self.opened_at_ms,
            until_ms: self.until_ms,
            fields: FieldSet::parse(self.fields.iter().map(String::as_str)).ok()?,
            purposes: purposes.collect::<Option<_>>()?,
            people: self.people,
        })
    }

    pub(crate) fn load(tx: &Tx<'_>, key: &MacKey) -> Result<Vec<(StoreId, Self)>, KeeperError> {
        let forged = || KeeperError::Keyring {
            what: "an emergency (break-glass)",
        };
        let read = |row: BreakGlassRow| {
            let store = row.store.0.to_be_bytes();
            let parts: [&[u8]; 4] = [LABEL, row.id.as_bytes(), &store, row.body.as_bytes()];
            if !key.verifies(&parts, &row.mac) {
                return Err(forged());
            }
            let body = serde_json::from_str(&row.body).map_err(|_| forged())?;
            Ok((row.store, body))
        };
        break_glass::list(tx)?.into_iter().map(read).collect()
    }

    fn to_row(&self, store: StoreId, key: &MacKey) -> BreakGlassRow {
        let body = serde_json::to_string(self).expect("words and numbers");
        let number = store.0.to_be_bytes();
        BreakGlassRow {
            mac: key.tag(&[LABEL, self.id.as_bytes(), &number, body.as_bytes()]),
            id: self.id.clone(),
            store,
            body,
        }
    }
}

impl Credential {
    /// Returns the grant as it is at a moment: wider while an emergency lasts.
    pub(crate) fn grant_at(&self, now_ms: i64) -> Cow<'_, Grant> {
        let broken = self.broken.as_ref();
        match broken.filter(|one| (one.from_ms..one.until_ms).contains(&now_ms)) {
            None => Cow::Borrowed(&self.grant),
            Some(broken) => Cow::Owned(broken.widen(&self.grant)),
        }
    }

    /// Returns the credential with the grant that it has at a moment.
    pub(crate) fn at(&self, now_ms: i64) -> Cow<'_, Self> {
        match self.grant_at(now_ms) {
            Cow::Borrowed(_) => Cow::Borrowed(self),
            Cow::Owned(grant) => {
                let mut wider = self.clone();
                wider.grant = grant;
                Cow::Owned(wider)
            }
        }
    }
}

impl Broken {
    fn widen(&self, grant: &Grant) -> Grant {
        let mut wider = grant.clone();
        wider.fields = grant.fields.union(self.fields);
        wider.purposes = grant.purposes.iter().chain(self.purposes.clone()).collect();
        wider.quota.people = more(&grant.quota.people, self.people);
        let values = self.people.saturating_mul(wider.fields.len());
        wider.quota.values = more(&grant.quota.values, values);
        wider
    }
}

/// Widens bounds by as many in each window.
fn more(bounds: &Bounds, by: u32) -> Bounds {
    let wider = |window| bounds.of(window).map(|bound| bound.saturating_add(by));
    Bounds {
        hour: wider(Window::Hour),
        day: wider(Window::Day),
        quarter: wider(Window::Quarter),
        ever: wider(Window::Ever),
    }
}

impl Keeper {
    /// Gives a credential more for an hour.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such living key; [`Refusal::NotApprovable`] while an earlier
    /// one should have been looked at, or one of this key lasts; otherwise what grant, log and keyring
    /// say.
    pub fn break_glass(&self, by: &Credential, new: &NewBreakGlass) -> Result<BreakGlass, Refusal> {
        self.permit(by, Power::Approve)?;
        let now_ms = self.around.clock.now_ms();
        let key = self
            .current(&new.key)
            .filter(|one| one.store == by.store && one.revoked_at_ms.is_none())
            .filter(|one| one.may(Power::Reveal))
            .ok_or(Refusal::Gone)?;
        let all = self.break_glasses(by.store);
        if all.iter().any(|one| one.is_review_overdue(now_ms)) {
            return Err(Refusal::NotApprovable(
                "an earlier emergency has not been looked at for 72 hours: lethe break-glass review comes first",
            ));
        }
        let lasts = |one: &BreakGlass| one.key == key.id && one.is_active(now_ms);
        if all.iter().any(lasts) {
            return Err(Refusal::NotApprovable(
                "this key has an emergency that lasts: wait until it has ended",
            ));
        }
        let opened = BreakGlass {
            id: format!(
                "glass_{}",
                crate::ledger::hex(&self.around.random.bytes::<8>())
            ),
            key: key.id.clone(),
            fields: new.fields.iter().map(|field| field.to_string()).collect(),
            purposes: new
                .purposes
                .iter()
                .map(|one| one.name().to_owned())
                .collect(),
            people: new.people.min(BREAK_GLASS_PEOPLE_MAX),
            reason: new.reason.clone(),
            opened_by: by.id.clone(),
            opened_at_ms: now_ms,
            until_ms: now_ms + BREAK_GLASS_MS,
            review: None,
        };
        let detail = serde_json::json!({ "step": "opened", "break_glass": &opened });
        self.announce(by, detail)?;
        self.write_break_glass(by.store, &opened)?;
        Ok(opened)
    }

    /// Says what came of looking at an emergency. Whoever opened it does not look at it themselves,
    /// where two others could.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is none; [`Refusal::NotApprovable`] says why not yet, or not so;
    /// otherwise what grant, log and keyring say.
    pub fn review_break_glass(
        &self,
        by: &Credential,
        id: &str,
        finding: &str,
    ) -> Result<BreakGlass, Refusal> {
        self.permit(by, Power::Approve)?;
        let now_ms = self.around.clock.now_ms();
        let mut all = self.break_glasses(by.store).into_iter();
        let mut reviewed = all.find(|one| one.id == id).ok_or(Refusal::Gone)?;
        let is_own =
            self.is_same_person(by, &reviewed.opened_by) || self.is_same_person(by, &reviewed.key);
        let problem = if reviewed.review.is_some() {
            Some("it was looked at already")
        } else if reviewed.is_active(now_ms) {
            Some("it still lasts: look at it when it has ended")
        } else if is_own && self.has_approvers(by) {
            Some("whoever opened or used it does not look at it themselves: another approver does")
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(Refusal::NotApprovable(problem));
        }
        reviewed.review = Some(BreakGlassReview {
            by: by.id.clone(),
            at_ms: now_ms,
            finding: finding.to_owned(),
        });
        let detail = serde_json::json!({
            "step": "reviewed", "id": id, "finding": finding, "single_control": is_own,
        });
        self.announce(by, detail)?;
        self.write_break_glass(by.store, &reviewed)?;
        Ok(reviewed)
    }

    /// Lists the emergencies of a shop, oldest first.
    pub fn break_glasses(&self, store: StoreId) -> Vec<BreakGlass> {
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let own = credentials.break_glasses().iter();
        let own = own.filter(|(shop, _)| *shop == store);
        let mut all: Vec<BreakGlass> = own.map(|(_, one)| one.clone()).collect();
        all.sort_by_key(|one| (one.opened_at_ms, one.id.clone()));
        all
    }

    /// Makes an emergency known: an entry of the log, before anything else happens, and an alert.
    fn announce(&self, by: &Credential, detail: serde_json::Value) -> Result<(), Refusal> {
        let (act, phase) = (ActKind::BreakGlass, Phase::Act);
        self.append(public_part(act, phase, by.store, &by.id, Some(detail)))?;
        let text = format!(
            "An emergency was opened or looked at by {}: `lethe break-glass list` shows it, and within 72 \
             hours somebody must say what came of it.",
            by.id
        );
        // The log holds it already: an alert that cannot be written does not undo it.
        drop(self.raise(&Alert::about(AlertKind::BreakGlass, by, text)));
        Ok(())
    }

    fn write_break_glass(&self, store: StoreId, one: &BreakGlass) -> Result<(), Refusal> {
        let row = one.to_row(store, &self.service().credentials);
        self.writer()
            .write(|tx| -> Result<_, Refusal> { Ok(break_glass::put(tx, &row)?) })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))
    }
}
