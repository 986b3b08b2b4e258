//! The destruction record: what a run did, signed, to be shown to an authority.

use super::{RetentionAction, RunView, view};
use crate::{Error, Vault};
use lethe_keeper::Credential;
use lethe_policy::Day;
use lethe_receipt::{Action, DestructionRecord, HeldBack, RuleDone};
use lethe_store::active::runs;

impl Vault {
    /// Returns the record of a run, and the record signed with the log's key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such run, or it has not ended.
    pub fn destruction_record(
        &self,
        credential: &Credential,
        run: Option<&str>,
    ) -> Result<(DestructionRecord, String), Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let rows = self.read_active(|tx| runs::list(tx, credential.store, 10_000))?;
        let wanted = |row: &&runs::RunRow| match run {
            Some(id) => row.id == id,
            None => row.state != "running",
        };
        let row = rows.iter().find(wanted).ok_or(Error::NotFound)?;
        let record = self.record_of(credential, &view(row.clone()))?;
        let signed = record.sign(&self.keeper.signer()?);
        Ok((record, signed))
    }

    fn record_of(
        &self,
        credential: &Credential,
        run: &RunView,
    ) -> Result<DestructionRecord, Error> {
        let finished_at = run.finished_at.ok_or(Error::NotFound)?;
        let store = self.stores().iter().find(|row| row.id == credential.store);
        let store = store.ok_or(Error::NotFound)?;
        let policies = self.list_policies()?;
        let policy = policies.iter().find(|one| one.sha256 == run.policy_sha256);
        let date = |day: Day| day.to_date();
        let report = &run.report;
        let rules = report.rules.iter().map(|rule| RuleDone {
            name: rule.rule.clone(),
            category: rule.category.clone(),
            action: match rule.action {
                RetentionAction::Archive => Action::Archived,
                RetentionAction::Erase => Action::Erased,
                RetentionAction::Anonymise => Action::Anonymised,
            },
            records: rule.records,
            reference: rule.reference.clone(),
            earliest_start: rule.earliest_start.map(date),
            latest_start: rule.latest_start.map(date),
        });
        let held = report.held.iter().map(|(hold, records)| HeldBack {
            reason: format!("legal hold {hold}"),
            records: *records,
        });
        let blocked = report.blocked.iter().map(|(reason, records)| HeldBack {
            reason: reason.clone(),
            records: *records,
        });
        let in_force = self.policy();
        let days = i32::try_from(in_force.backups().keyring_days).unwrap_or(i32::MAX);
        let finished_on = Day::of(finished_at, in_force.time_zone());
        Ok(DestructionRecord {
            run_id: run.id.clone(),
            controller: store.controller.clone(),
            store: store.name.clone(),
            policy_revision: policy.map_or_else(String::new, |one| one.revision.clone()),
            policy_sha256: run.policy_sha256.clone(),
            started_at: run.started_at,
            finished_at,
            started_by: run.started_by.clone(),
            today: date(run.today),
            rules: rules.collect(),
            people_forgotten: report.people_forgotten,
            held_back: held.chain(blocked).collect(),
            log_from: report.log_from.unwrap_or(0),
            log_to: report.log_to.unwrap_or(0),
            last_keyring_backup: date(finished_on.plus_days(days)),
        })
    }
}
