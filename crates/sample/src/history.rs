//! When customers order. They arrive in the order of their index, ever more of them each year.

use crate::chance::{Chance, Domain, Root};
use crate::rates;
use jiff::ToSpan;
use jiff::civil::Date;

const DAY: i64 = 86_400;

/// How much more likely an order is in each hour of the day, UTC. None are placed from 22 h, so
/// that an instant has the same date in Paris.
const HOURS: [u32; 22] = [
    1, 1, 0, 0, 1, 2, 4, 6, 8, 9, 10, 10, 9, 8, 8, 8, 9, 10, 12, 13, 11, 6,
];

/// The time in which the shop is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    first_day: i64,
    days: u32,
    /// The last instant of the shop, in Unix seconds.
    pub(crate) close: i64,
}

impl Window {
    /// Opens the shop for some years that end with the day `end`.
    pub(crate) fn new(end: Date, years: u32) -> Self {
        let begin = end.saturating_sub(i64::from(years.min(1_000)).years());
        let day_number = |date: Date| {
            let since = date - Date::constant(1970, 1, 1);
            i64::from(since.get_days())
        };
        let days = (day_number(end) - day_number(begin)).max(1);
        Self {
            first_day: (day_number(end) - days + 1) * DAY,
            days: days as u32,
            close: day_number(end) * DAY + 22 * 3_600 - 1,
        }
    }

    /// Returns when the day begins, in Unix seconds, that lies some days before the end.
    pub(crate) fn days_before_end(&self, days: u32) -> i64 {
        self.first_day + (i64::from(self.days) - 1 - i64::from(days)) * DAY
    }
}

/// The instants at which one customer orders, in ascending order, in Unix seconds.
#[derive(Debug, Clone)]
pub(crate) struct History {
    /// The start of the day of the first order.
    pub(crate) arrival_day: i64,
    instants: [i64; rates::ORDERS_PER_CUSTOMER.len()],
    count: usize,
}

impl History {
    pub(crate) fn derive(root: &Root, index: u32, customers: u32, window: &Window) -> Self {
        let mut chance = Chance::of(root, Domain::History, u64::from(index));
        let planned = 1 + chance.weighted(&rates::ORDERS_PER_CUSTOMER);
        let mut day = window.first_day + arrival(index, customers, window.days, &mut chance) * DAY;
        let mut history = Self {
            arrival_day: day,
            instants: [0; rates::ORDERS_PER_CUSTOMER.len()],
            count: 0,
        };
        for _ in 0..planned {
            if day > window.close {
                break;
            }
            history.instants[history.count] = day + time_of_day(&mut chance);
            history.count += 1;
            day += gap(&mut chance) * DAY;
        }
        history
    }

    /// Returns the instants.
    pub(crate) fn instants(&self) -> &[i64] {
        &self.instants[..self.count]
    }
}

/// Returns a moment of the day when people shop, in seconds.
pub(crate) fn time_of_day(chance: &mut Chance) -> i64 {
    let hour = chance.weighted(&HOURS) as i64;
    hour * 3_600 + i64::from(chance.below(3_600))
}

/// Returns the day on which a customer arrives. It never falls as the index rises: the orders of
/// a shop can then be merged in time with only those of earlier customers pending.
fn arrival(index: u32, customers: u32, days: u32, chance: &mut Chance) -> i64 {
    let within = f64::from(chance.word()) / 4_294_967_296.0;
    let share = (f64::from(index) + within) / f64::from(customers.max(1));
    // The inverse of a number of arrivals that grows linearly. Square roots are exactly rounded
    // on every machine, which `ln` and `powf` are not.
    ((share.sqrt() * f64::from(days)) as i64).min(i64::from(days) - 1)
}

/// Returns the days until a customer orders again.
fn gap(chance: &mut Chance) -> i64 {
    i64::from(match chance.weighted(&[40, 40, 20]) {
        0 => chance.between(3, 60),
        1 => chance.between(61, 365),
        _ => chance.between(366, 1_100),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn customers_arrive_in_the_order_of_their_index() {
        let window = Window::new(date(2026, 1, 31), 11);
        let arrivals: Vec<i64> = (0..5000)
            .map(|index| History::derive(&[1; 32], index, 5000, &window).arrival_day)
            .collect();
        assert!(arrivals.is_sorted());
        assert!(
            arrivals
                .iter()
                .all(|&day| day >= window.first_day && day <= window.close)
        );
    }

    #[test]
    fn everyone_orders_at_least_once_and_never_after_the_end() {
        let window = Window::new(date(2026, 1, 31), 1);
        for index in 0..2000 {
            let history = History::derive(&[1; 32], index, 2000, &window);
            assert!(!history.instants().is_empty() && history.instants().is_sorted());
            assert!(history.instants().iter().all(|&at| at <= window.close));
        }
    }

    #[test]
    fn a_shop_of_no_years_is_open_for_one_day() {
        let window = Window::new(date(2026, 1, 31), 0);
        assert_eq!((window.first_day, window.days), (1_769_817_600, 1));
    }
}
