//! When a key expires: a day, or a period from now (ISO 8601).

use crate::error::CliError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Reads `2027-01-31` (the key works to the end of that day, UTC), an instant, or `P90D`.
pub(crate) fn parse(text: &str, now: Timestamp) -> Result<i64, CliError> {
    let bad = || {
        CliError::usage(
            "--expires takes a period such as P90D or P6M, a day such as 2027-01-31, or an instant \
             such as 2027-01-31T18:00:00Z",
        )
    };
    let utc = TimeZone::UTC;
    if text.starts_with(['P', 'p']) {
        let span: Span = text.parse().map_err(|_| bad())?;
        let end = now.to_zoned(utc).checked_add(span).map_err(|_| bad())?;
        return Ok(end.timestamp().as_millisecond());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let day: Date = text.parse().map_err(|_| bad())?;
    let end = day.tomorrow().and_then(|next| next.to_zoned(utc));
    Ok(end.map_err(|_| bad())?.timestamp().as_millisecond())
}

/// Writes a moment as a day and a time, UTC.
pub(crate) fn show(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX);
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_instants_and_periods_are_read() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let read = |text: &str| show(parse(text, now).unwrap());
        assert_eq!(read("P90D"), "2026-05-30 12:00");
        assert_eq!(read("P1Y"), "2027-03-01 12:00");
        assert_eq!(read("2026-12-31"), "2027-01-01 00:00");
        assert_eq!(read("2026-12-31T08:30:00Z"), "2026-12-31 08:30");
        assert!(parse("tomorrow", now).is_err());
        assert!(parse("P", now).is_err());
    }
}
