//! The day a term counts from.

use crate::financial_year::FinancialYearEnd;
use crate::verdict::GivenBy;
use crate::{Clock, Day, StartEvent, Term};

/// A day to count from, and what gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StartDay {
    pub(crate) event: StartEvent,
    pub(crate) day: Day,
    pub(crate) given_by: GivenBy,
}

impl StartDay {
    /// Finds the day of a term's event, or of the first substitute whose day is known.
    pub(crate) fn of(term: &Term, clock: Clock<'_>, year: FinancialYearEnd) -> Option<Self> {
        let event = term.start;
        if let Some(day) = day_of(event, clock, year) {
            let given_by = GivenBy::Event;
            return Some(Self {
                event,
                day,
                given_by,
            });
        }
        term.substitutes.iter().find_map(|substitute| {
            let known = day_of(substitute.start, clock, year)?;
            Some(Self {
                event: substitute.start,
                day: substitute.plus.map_or(known, |plus| known.plus(&plus)),
                given_by: GivenBy::Substitute,
            })
        })
    }
}

/// Returns the day of an event, where it is known.
fn day_of(event: StartEvent, clock: Clock<'_>, year: FinancialYearEnd) -> Option<Day> {
    use StartEvent as E;
    match (clock, event) {
        (Clock::Order(order), E::Ordered) => order.ordered,
        (Clock::Order(order), E::Paid) => order.paid,
        (Clock::Order(order), E::Shipped) => order.shipped,
        (Clock::Order(order), E::Delivered) => order.delivered,
        (Clock::Order(order), E::LastEvent) => order.last_event(),
        (Clock::Order(order), E::FinancialYearEnd) => Some(year.year_of(order.booked()?).last_day),
        (Clock::Account(account), E::Created) => account.created,
        (Clock::Account(account), E::LastContact) => account.last_contact,
        (Clock::Order(_), E::Created | E::LastContact) | (Clock::Account(_), _) => None,
    }
}
