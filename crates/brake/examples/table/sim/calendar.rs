//! The year 2026, again and again: public holidays, Black Friday, month ends.

/// Monday 5 January 2026, in days since 1970.
pub(crate) const FIRST_DAY: u64 = 20_458;

/// French public holidays, as days of the year.
const HOLIDAYS: [u32; 10] = [0, 95, 120, 127, 133, 144, 194, 226, 314, 358];
const BLACK_FRIDAY: u32 = 330;
const MONTH_STARTS: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// A day, counted from [`FIRST_DAY`].
#[derive(Clone, Copy)]
pub(crate) struct Day(pub(crate) u32);

impl Day {
    pub(crate) fn of_year(self) -> u32 {
        (self.0 + 4) % 365
    }

    /// 0 is Monday.
    pub(crate) fn weekday(self) -> u32 {
        self.0 % 7
    }

    pub(crate) fn is_holiday(self) -> bool {
        HOLIDAYS.contains(&self.of_year())
    }

    pub(crate) fn is_working(self) -> bool {
        self.weekday() < 5 && !self.is_holiday()
    }

    /// Which working day of its month this is, from 1; 0 if none.
    pub(crate) fn working_day_of_month(self) -> u32 {
        if !self.is_working() {
            return 0;
        }
        let start = MONTH_STARTS
            .iter()
            .rev()
            .find(|one| **one <= self.of_year());
        let since = self.of_year() - start.copied().unwrap_or(0);
        let month = self.0.saturating_sub(since)..=self.0;
        month.filter(|day| Day(*day).is_working()).count() as u32
    }

    /// How much more is ordered than on other days: the August slump, Black Friday to Christmas.
    pub(crate) fn season(self) -> f64 {
        match self.of_year() {
            212..=232 => 0.6,
            330..=333 => 4.0,
            334..=352 => 1.8,
            _ => 1.0,
        }
    }

    /// Thursday before Black Friday to the Monday after: four marketing sends instead of one.
    pub(crate) fn is_sale(self) -> bool {
        [BLACK_FRIDAY - 1, BLACK_FRIDAY, BLACK_FRIDAY + 3].contains(&self.of_year())
    }
}
