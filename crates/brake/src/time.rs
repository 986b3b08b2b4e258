//! Hours, days and weeks in UTC. Weeks begin on Monday.

pub(crate) const MINUTE_MS: u64 = 60_000;
pub(crate) const HOUR_MS: u64 = 3_600_000;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// Hours in a week, and slots in a profile.
pub(crate) const WEEK_HOURS: usize = 168;

/// 1970-01-01 was a Thursday: three days into its week.
const EPOCH_HOURS: u32 = 72;

/// The latest moment that is told apart, so that every number of hours fits.
const LAST_MS: u64 = u32::MAX as u64 * MINUTE_MS;

pub(crate) fn clamp(now_ms: u64) -> u64 {
    now_ms.min(LAST_MS)
}

pub(crate) fn minute_of(now_ms: u64) -> u32 {
    u32::try_from(now_ms / MINUTE_MS).unwrap_or(u32::MAX)
}

pub(crate) fn hour_of(now_ms: u64) -> u32 {
    u32::try_from(now_ms / HOUR_MS).unwrap_or(u32::MAX)
}

pub(crate) fn day_of_hour(hour: u32) -> u32 {
    hour / 24
}

pub(crate) fn week_of_hour(hour: u32) -> u32 {
    hour.saturating_add(EPOCH_HOURS) / WEEK_HOURS as u32
}

/// Returns the hour's place in its week: 0 is Monday from 00:00 to 01:00.
pub(crate) fn slot_of_hour(hour: u32) -> usize {
    (hour.saturating_add(EPOCH_HOURS) % WEEK_HOURS as u32) as usize
}

/// Returns the day's place in its week: 0 is Monday.
pub(crate) fn weekday_of_day(day: u32) -> usize {
    ((day + EPOCH_HOURS / 24) % 7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_was_a_thursday() {
        assert_eq!(weekday_of_day(0), 3);
        assert_eq!(slot_of_hour(0), 72);
        assert_eq!(slot_of_hour(96), 0);
        assert_eq!(week_of_hour(95), 0);
        assert_eq!(week_of_hour(96), 1);
    }
}
