//! How a verdict is reached.

use lethe_model::Category;

use crate::verdict::{
    ArchivePlan, GivenBy, Keep, RuleRef, StartDay, Started, Then, Verdict, WhyErased,
};
use crate::{Archive, Clock, Day, KeepRule, Policy, Rule, RuleThen, StartEvent};

impl Policy {
    /// Judges a record in the active store.
    pub fn verdict(
        &self,
        store: &str,
        category: Category,
        clock: Clock<'_>,
        today: Day,
    ) -> Verdict {
        let Some(rule) = self.rule(store, category) else {
            return Verdict {
                rule: None,
                start: None,
                not_started: None,
                kept_until: None,
                then: Then::Keep,
                why_erased: None,
            };
        };
        let (start, not_started) = match self.active_start(rule, clock, today) {
            Ok(start) => (Some(start), None),
            Err(reason) => (None, Some(reason)),
        };
        let (then, why_erased) = match &rule.then {
            RuleThen::Erase => (Then::Erase, None),
            RuleThen::Anonymise => (Then::Anonymise, None),
            RuleThen::Archive(archive) => match self.plan(archive, clock, start, today) {
                Ok(plan) => (Then::Archive(plan), None),
                Err(why) => (Then::Erase, Some(why)),
            },
        };
        Verdict {
            rule: Some(RuleRef {
                name: rule.name.clone(),
                reference: rule.reference.clone(),
            }),
            kept_until: start.map(|start| start.day.plus(&rule.active.period)),
            start: start.map(|start| Started {
                event: start.event,
                day: start.day,
                is_substitute: start.given_by == GivenBy::Substitute,
            }),
            not_started,
            then,
            why_erased,
        }
    }

    /// Finds the day the active period counts from; the error says why there is none.
    fn active_start(&self, rule: &Rule, clock: Clock<'_>, today: Day) -> Result<StartDay, String> {
        if self.open_event(clock, today).is_some() {
            return Err("a return, refund or dispute is open".to_owned());
        }
        StartDay::of(&rule.active, clock, self.financial_year)
            .ok_or_else(|| format!("the day of {} is not known", rule.active.start))
    }

    /// Returns the last day on which an open event stops the clock, if one does today.
    pub(crate) fn open_event(&self, clock: Clock<'_>, today: Day) -> Option<Day> {
        let Clock::Order(order) = clock else {
            return None;
        };
        let counts_until = order.open_event_since?.plus(&self.open_events_at_most);
        (today <= counts_until).then_some(counts_until)
    }

    /// Says what moves to the archive; the error says why nothing does.
    fn plan(
        &self,
        archive: &Archive,
        clock: Clock<'_>,
        active: Option<StartDay>,
        today: Day,
    ) -> Result<ArchivePlan, WhyErased> {
        if let Clock::Order(order) = clock
            && !archive.only_if.holds(order)
        {
            return Err(WhyErased::NotForTheArchive);
        }
        let applies = |keep: &&KeepRule| match (&keep.when, clock) {
            (Some(when), Clock::Order(order)) => when.holds(order),
            _ => true,
        };
        let keeps: Vec<Keep> = archive
            .keeps
            .iter()
            .filter(applies)
            .map(|keep| self.keep(keep, clock, active, today))
            .collect();
        let kept_until = keeps.iter().map(|keep| keep.until).max();
        let kept_until = kept_until.ok_or(WhyErased::NoKeepApplies)?;
        if today > kept_until {
            return Err(WhyErased::ArchiveTermOver { kept_until });
        }
        Ok(ArchivePlan {
            fields: archive.fields,
            sealed_to: archive.sealed_to,
            keeps,
        })
    }

    /// Counts one archive term. It always counts from some day: a term that is left out for want of
    /// a day would let the law's minimum be destroyed.
    fn keep(
        &self,
        keep: &KeepRule,
        clock: Clock<'_>,
        active: Option<StartDay>,
        today: Day,
    ) -> Keep {
        let start = StartDay::of(&keep.term, clock, self.financial_year)
            .unwrap_or_else(|| self.assumed_start(keep.term.start, active, today));
        Keep {
            name: keep.name.clone(),
            event: start.event,
            start: start.day,
            given_by: start.given_by,
            until: start.day.plus(&keep.term.period),
            is_minimum: keep.minimum,
            reference: keep.reference.clone(),
        }
    }

    /// What a term counts from when its event is unknown: the active period's start, which is no
    /// earlier than the sale; before that is known, today.
    fn assumed_start(&self, event: StartEvent, active: Option<StartDay>, today: Day) -> StartDay {
        let (day, given_by) = match active {
            Some(start) => (start.day, GivenBy::ActiveClock),
            None => (today, GivenBy::Today),
        };
        let day = match event {
            StartEvent::FinancialYearEnd => self.financial_year.year_of(day).last_day,
            _ => day,
        };
        StartDay {
            event,
            day,
            given_by,
        }
    }
}
