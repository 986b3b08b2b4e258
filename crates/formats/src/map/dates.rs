//! Dates as a map says they are written.

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use super::MapError;
use crate::code;
use crate::error::Fault;
use crate::values::offset_date_time;

/// What is tried when a map names a time zone and no formats.
const ISO_LOCAL: [&str; 5] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
];

/// The formats of a map's dates, tried in their order, and the zone of those without an offset.
///
/// The zone's rules are those built into the program, so that a file means the same everywhere. A
/// local time that a change of clocks skips or repeats is taken as RFC 5545 says: the later one in
/// a gap, the earlier one of two.
#[derive(Debug, Clone)]
pub(crate) struct Dates {
    formats: Vec<String>,
    zone: Option<TimeZone>,
}

impl Dates {
    pub(super) fn new(formats: Vec<String>, zone: Option<&str>) -> Result<Self, MapError> {
        let zone = zone
            .map(|name| {
                TimeZoneDatabase::bundled().get(name).map_err(|_| {
                    MapError::new(
                        "time_zone",
                        "not a time zone: write a name such as Europe/Paris",
                    )
                })
            })
            .transpose()?;
        for (index, format) in formats.iter().enumerate() {
            check(format, zone.is_some())
                .map_err(|reason| MapError::new(format!("dates[{index}]"), reason))?;
        }
        let formats = match (formats.is_empty(), &zone) {
            (true, Some(_)) => ISO_LOCAL.map(str::to_owned).to_vec(),
            _ => formats,
        };
        Ok(Self { formats, zone })
    }

    /// Reads a date.
    pub(crate) fn parse(&self, text: &str) -> Result<Timestamp, Fault> {
        let by_format = |format: &String| {
            let read = BrokenDownTime::parse(format.as_bytes(), text.as_bytes()).ok()?;
            read.to_timestamp().ok().or_else(|| {
                let zone = self.zone.clone()?;
                Some(read.to_datetime().ok()?.to_zoned(zone).ok()?.timestamp())
            })
        };
        if let Some(read) = self.formats.iter().find_map(by_format) {
            return Ok(read);
        }
        // The interchange format is unmistakable, so it is understood beside any other.
        offset_date_time(text).map_err(|_| DATE)
    }
}

/// Writes a date in the format and reads it back: only a format that names a whole day does so.
fn check(format: &str, has_zone: bool) -> Result<(), &'static str> {
    const NOT_A_FORMAT: &str =
        "not a date format: write it in the letters of strftime, such as %d.%m.%Y %H:%M";
    let sample: DateTime = date(2023, 11, 25).at(14, 5, 9, 0);
    let Ok(zoned) = sample.to_zoned(TimeZone::fixed(Offset::UTC)) else {
        return Err(NOT_A_FORMAT);
    };
    let written = strtime::format(format, &zoned).map_err(|_| NOT_A_FORMAT)?;
    let read =
        BrokenDownTime::parse(format.as_bytes(), written.as_bytes()).map_err(|_| NOT_A_FORMAT)?;
    let is_instant = read.to_timestamp().is_ok();
    let names_day = is_instant || read.to_date().is_ok_and(|day| day == sample.date());
    match (names_day, is_instant || has_zone) {
        (false, _) => Err("the format does not name a whole day: it needs %Y or %y, %m, and %d"),
        (true, false) => Err(
            "the format has no offset from UTC, so it names no instant: add `time_zone`, or %z \
             where the file has one",
        ),
        (true, true) => Ok(()),
    }
}

const DATE: Fault = Fault::new(
    code::DATE_INVALID,
    "the date is in none of the formats that the map lists under `dates`: correct it, or add its \
     format",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(formats: &[&str], zone: Option<&str>) -> Result<Dates, MapError> {
        Dates::new(formats.iter().copied().map(str::to_owned).collect(), zone)
    }

    #[test]
    fn local_dates_are_in_the_zone_of_the_map() {
        let german = dates(&["%d.%m.%Y %H:%M", "%d.%m.%y"], Some("Europe/Berlin")).unwrap();
        for (text, instant) in [
            ("05.01.2025 10:30", "2025-01-05T09:30:00Z"),
            ("05.07.2025 10:30", "2025-07-05T08:30:00Z"),
            ("05.07.25", "2025-07-04T22:00:00Z"),
            ("30.03.2025 02:30", "2025-03-30T01:30:00Z"),
            ("26.10.2025 02:30", "2025-10-26T00:30:00Z"),
            ("2025-01-05T10:30:00+01:00", "2025-01-05T09:30:00Z"),
        ] {
            assert_eq!(
                german.parse(text).ok(),
                Some(instant.parse().unwrap()),
                "{text}"
            );
        }
        assert!(german.parse("31.02.2025").is_err() && german.parse("2025-01-05").is_err());
        assert!(
            dates(&[], Some("Asia/Tokyo"))
                .unwrap()
                .parse("2025-01-05")
                .is_ok()
        );
        let unix = dates(&["%s"], None).unwrap().parse("1736071200");
        assert_eq!(unix.ok(), Some("2025-01-05T10:00:00Z".parse().unwrap()));
    }

    #[test]
    fn formats_that_name_no_instant_are_refused() {
        for (formats, zone, key) in [
            (&["%d.%m. %H:%M"][..], Some("UTC"), "dates[0]"),
            (&["%s", "%Y-%m-%d"], None, "dates[1]"),
            (&["%!"], Some("UTC"), "dates[0]"),
            (&["DD.MM.YYYY"], Some("UTC"), "dates[0]"),
            (&[], Some("Mars/Olympus"), "time_zone"),
        ] {
            assert_eq!(dates(formats, zone).unwrap_err().key.as_deref(), Some(key));
        }
    }
}
