//! Quotas: how many distinct people, and values of theirs, a credential may meet in a window of time.

/// A sliding window of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// The last 60 minutes.
    Hour,
    /// The last 24 hours.
    Day,
    /// The last 90 days.
    Quarter,
    /// The credential's whole life.
    Ever,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Quarter, Self::Ever];

    /// Returns its name in interfaces: what follows `people_` and `values_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "per_hour",
            Self::Day => "per_day",
            Self::Quarter => "per_90_days",
            Self::Ever => "ever",
        }
    }

    /// Returns its length in milliseconds; `None` when it never ends.
    pub const fn length_ms(self) -> Option<u64> {
        const HOUR_MS: u64 = 60 * 60 * 1000;
        match self {
            Self::Hour => Some(HOUR_MS),
            Self::Day => Some(24 * HOUR_MS),
            Self::Quarter => Some(90 * 24 * HOUR_MS),
            Self::Ever => None,
        }
    }
}

/// A bound for each window; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// In any 60 minutes.
    pub hour: Option<u32>,
    /// In any 24 hours.
    pub day: Option<u32>,
    /// In any 90 days.
    pub quarter: Option<u32>,
    /// Ever.
    pub ever: Option<u32>,
}

impl Bounds {
    /// Bounds a day alone.
    pub const fn per_day(day: u32) -> Self {
        Self {
            hour: None,
            day: Some(day),
            quarter: None,
            ever: None,
        }
    }

    /// Returns the bound of a window.
    pub const fn of(&self, window: Window) -> Option<u32> {
        match window {
            Window::Hour => self.hour,
            Window::Day => self.day,
            Window::Quarter => self.quarter,
            Window::Ever => self.ever,
        }
    }

    /// Sets the bound of a window.
    pub const fn set(&mut self, window: Window, bound: Option<u32>) {
        match window {
            Window::Hour => self.hour = bound,
            Window::Day => self.day = bound,
            Window::Quarter => self.quarter = bound,
            Window::Ever => self.ever = bound,
        }
    }

    /// Says whether no window is bounded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes the lower bound of the two in each window.
    #[must_use]
    pub fn narrowed_by(mut self, other: &Self) -> Self {
        for window in Window::ALL {
            let lower = match (self.of(window), other.of(window)) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
            self.set(window, lower);
        }
        self
    }

    /// Takes the higher bound of the two in each window; none where one of them has none.
    #[must_use]
    pub fn widened_by(mut self, other: &Self) -> Self {
        for window in Window::ALL {
            let bounds = self.of(window).zip(other.of(window));
            self.set(window, bounds.map(|(one, two)| one.max(two)));
        }
        self
    }

    /// Says whether nothing these bounds let through would be stopped by `wider`.
    ///
    /// A bound of a shorter window does not stand in for one of a longer: an hour's bound says
    /// something of the day too, but whoever reads a list of grants should not have to multiply.
    pub fn within(&self, wider: &Self) -> bool {
        self.narrowed_by(wider) == *self
    }

    /// Says how many newcomers can be met within any `length_ms` at most.
    /// `None` when nothing bounds it.
    ///
    /// A time that is n windows long, rounded up, holds n windows' worth at most.
    pub fn at_most_within(&self, length_ms: u64) -> Option<u64> {
        Window::ALL
            .into_iter()
            .filter_map(|window| {
                let bound = u64::from(self.of(window)?);
                let windows = window
                    .length_ms()
                    .map_or(1, |window_ms| length_ms.div_ceil(window_ms).max(1));
                Some(bound.saturating_mul(windows))
            })
            .min()
    }
}

/// What bounds the use of a credential over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// Distinct people met or guessed at.
    pub people: Bounds,
    /// Distinct values: pairs of a person and a field.
    pub values: Bounds,
    /// Requests in a second, with as many at once.
    pub requests_per_second: Option<u32>,
}

impl Quota {
    /// Bounds the people of a day alone.
    pub const fn people_per_day(people: u32) -> Self {
        Self {
            people: Bounds::per_day(people),
            values: Bounds {
                hour: None,
                day: None,
                quarter: None,
                ever: None,
            },
            requests_per_second: None,
        }
    }

    /// Takes the lower bound of the two everywhere.
    #[must_use]
    pub fn narrowed_by(self, other: &Self) -> Self {
        let rate = match (self.requests_per_second, other.requests_per_second) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self {
            people: self.people.narrowed_by(&other.people),
            values: self.values.narrowed_by(&other.values),
            requests_per_second: rate,
        }
    }

    /// Says whether `wider` would stop nothing that this lets through.
    pub fn within(&self, wider: &Self) -> bool {
        self.narrowed_by(wider) == *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 24 * 60 * 60 * 1000;

    #[test]
    fn a_bound_is_within_another_when_it_is_lower_in_every_window() {
        let wide = Bounds {
            day: Some(100),
            ever: Some(1000),
            ..Bounds::default()
        };
        assert!(wide.within(&wide));
        assert!(
            Bounds {
                hour: Some(5),
                ..wide
            }
            .within(&wide)
        );
        assert!(
            !Bounds {
                day: Some(101),
                ..wide
            }
            .within(&wide)
        );
        assert!(!Bounds { ever: None, ..wide }.within(&wide));
        assert!(wide.within(&Bounds::default()));
    }

    #[test]
    fn the_lowest_of_all_windows_bounds_a_time() {
        let bounds = Bounds {
            hour: Some(10),
            day: Some(100),
            quarter: Some(500),
            ever: None,
        };
        assert_eq!(bounds.at_most_within(DAY_MS), Some(100));
        assert_eq!(bounds.at_most_within(90 * DAY_MS), Some(500));
        assert_eq!(bounds.at_most_within(91 * DAY_MS), Some(1000));
        assert_eq!(Bounds::default().at_most_within(DAY_MS), None);
        let forever = Bounds {
            ever: Some(7),
            ..bounds
        };
        assert_eq!(forever.at_most_within(365 * DAY_MS), Some(7));
    }
}
