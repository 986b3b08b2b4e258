//! Break-glass: more for one key, for an hour, in an emergency; looked at afterwards.

use crate::archive::check_reason;
use crate::policy::timestamp;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_keeper::{
    BREAK_GLASS_PEOPLE_MAX, BreakGlass, Credential, NewBreakGlass, REVIEW_WITHIN_MS,
};
use lethe_model::Power;
use serde::Serialize;

/// An emergency as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct BreakGlassView {
    /// Its public id.
    pub id: String,
    /// The key that got more.
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
    /// When.
    pub opened_at: Timestamp,
    /// It ended, or ends, by itself then.
    pub until: Timestamp,
    /// `active`, `to-review`, `review-overdue` or `reviewed`.
    pub state: &'static str,
    /// Until when somebody must have looked at it.
    pub review_by: Timestamp,
    /// Who looked at it.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_at: Option<Timestamp>,
    /// What was found.
    pub finding: Option<String>,
}

impl Vault {
    /// Gives a key more for an hour. It is in the log before it holds.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `approve`, nothing more is asked for, there is no such living key
    /// that may reveal, one of it lasts, or an earlier one should have been looked at.
    pub fn break_glass(
        &self,
        by: &Credential,
        new: &NewBreakGlass,
    ) -> Result<BreakGlassView, Error> {
        self.permit(by, Power::Approve)?;
        check_reason(&new.reason)?;
        if new.fields.is_empty() && new.purposes.is_empty() && new.people == 0 {
            let text = "would give nothing: name fields, purposes or a number of people";
            return Err(Error::invalid("fields", text));
        }
        if new.people > BREAK_GLASS_PEOPLE_MAX {
            let text = format!("are {BREAK_GLASS_PEOPLE_MAX} at most: more is an export");
            return Err(Error::invalid("people", text));
        }
        let opened = self.keeper.break_glass(by, new)?;
        self.keeper.publish_log()?;
        Ok(self.show_break_glass(opened))
    }

    /// Says what came of looking at an emergency.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `approve`, there is no such emergency, it lasts still, was looked
    /// at already, or was the caller's own although two others could look at it.
    pub fn review_break_glass(
        &self,
        by: &Credential,
        id: &str,
        finding: &str,
    ) -> Result<BreakGlassView, Error> {
        self.permit(by, Power::Approve)?;
        check_reason(finding).map_err(|_| {
            let text = "must be one line of 1 to 200 characters without a name or address";
            Error::invalid("finding", text)
        })?;
        let reviewed = self.keeper.review_break_glass(by, id, finding)?;
        Ok(self.show_break_glass(reviewed))
    }

    /// Lists the emergencies of the caller's shop, oldest first.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `approve`.
    pub fn break_glasses(&self, by: &Credential) -> Result<Vec<BreakGlassView>, Error> {
        self.permit(by, Power::Approve)?;
        let all = self.keeper.break_glasses(by.store).into_iter();
        Ok(all.map(|one| self.show_break_glass(one)).collect())
    }

    /// Counts the emergencies of a shop that should have been looked at by now.
    pub(crate) fn overdue_reviews(&self, store: lethe_model::StoreId) -> u64 {
        let now_ms = self.around.clock.now_ms();
        let all = self.keeper.break_glasses(store);
        let overdue = all.iter().filter(|one| one.is_review_overdue(now_ms));
        overdue.count() as u64
    }

    fn show_break_glass(&self, one: BreakGlass) -> BreakGlassView {
        let now_ms = self.around.clock.now_ms();
        let state = match &one.review {
            Some(_) => "reviewed",
            None if one.is_active(now_ms) => "active",
            None if one.is_review_overdue(now_ms) => "review-overdue",
            None => "to-review",
        };
        let review = one.review;
        BreakGlassView {
            state,
            opened_at: timestamp(one.opened_at_ms),
            until: timestamp(one.until_ms),
            review_by: timestamp(one.opened_at_ms + REVIEW_WITHIN_MS),
            reviewed_by: review.as_ref().map(|review| review.by.clone()),
            reviewed_at: review.as_ref().map(|review| timestamp(review.at_ms)),
            finding: review.map(|review| review.finding),
            id: one.id,
            key: one.key,
            fields: one.fields,
            purposes: one.purposes,
            people: one.people,
            reason: one.reason,
            opened_by: one.opened_by,
        }
    }
}
