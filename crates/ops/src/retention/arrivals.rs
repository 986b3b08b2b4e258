//! Arrivals: an order that is older than the active period does not wait for the next run. It is sorted
//! into the archive as soon as its batch is stored; one that is past all terms is not taken at all.

use super::report::RetentionReport;
use super::scan::Judge;
use crate::dispose::{Disposal, Removal};
use crate::intake::IntakeOutcome;
use crate::{Error, Vault};
use lethe_keeper::DisposalKind;
use lethe_model::StoreId;
use lethe_store::active::orders;

impl Vault {
    /// Sorts what of a stored batch is past its active period. Returns how many orders moved.
    pub(crate) fn sort_arrivals(
        &self,
        store: StoreId,
        outcomes: &[IntakeOutcome],
    ) -> Result<u64, Error> {
        let new = outcomes.iter().filter_map(|outcome| match outcome {
            IntakeOutcome::Imported { subject, order } if !order.is_account() => {
                Some((*subject, *order))
            }
            _ => None,
        });
        let new: Vec<_> = new.collect();
        // By a clock that nobody has vouched for nothing is destroyed: the next run sorts it then.
        if new.is_empty() || self.check_clock().is_err() {
            return Ok(0);
        }
        let operator = self.operator(store)?;
        let policy = self.policy();
        let today = policy.today(self.around.clock.now());
        let archive_keys = self.archive_key_ids()?;
        // Whoever has set the archive up has decided to sort; before that the first run asks.
        if archive_keys.is_empty() {
            return Ok(0);
        }
        let judge: Judge<'_> = self.judge(&operator, &policy, today, &archive_keys)?;
        let state = &mut *self.intake.lock()?;
        let mut due = Disposal::new(DisposalKind::Retention);
        let mut report = RetentionReport::default();
        state.active.read(|tx| -> Result<(), Error> {
            for (subject, order) in &new {
                if let Some(row) = orders::fetch(tx, subject, order)? {
                    judge.judge_order(tx, row, &mut due, &mut report)?;
                }
            }
            judge.find_emptied(tx, &mut due, &mut report)
        })?;
        if due.is_empty() {
            return Ok(0);
        }
        due.detail = Some(serde_json::json!({ "step": "arrivals" }));
        let removal = Removal {
            policy: &policy,
            note: None,
        };
        self.dispose(state, &operator, due, &removal, false)?;
        Ok(report.orders_ended)
    }
}
