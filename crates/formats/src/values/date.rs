//! Instants as Shopify writes them in exports and bodies.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::code;
use crate::error::Fault;

/// Reads `2025-01-05 10:00:00 -0500` and RFC 3339 (`2025-01-05T10:00:00-05:00`, `…Z`).
///
/// An offset is required: a local time without one names an instant only together with a zone that
/// the file does not state. Written by hand because a pattern is interpreted again for each of the
/// four dates of a row, which took a third of the whole parse.
pub(crate) fn offset_date_time(text: &str) -> Result<Timestamp, Fault> {
    read(text.as_bytes()).ok_or(DATE)
}

fn read(text: &[u8]) -> Option<Timestamp> {
    let (clock, rest) = text.split_at_checked(19)?;
    let shaped = clock[4] == b'-'
        && clock[7] == b'-'
        && matches!(clock[10], b' ' | b'T' | b't')
        && clock[13] == b':'
        && clock[16] == b':';
    if !shaped {
        return None;
    }
    let (nanosecond, rest) = fraction(rest)?;
    let two = |at: usize| number(&clock[at..at + 2]).and_then(|n| i8::try_from(n).ok());
    let civil = DateTime::new(
        i16::try_from(number(&clock[..4])?).ok()?,
        two(5)?,
        two(8)?,
        two(11)?,
        two(14)?,
        two(17)?,
        nanosecond,
    )
    .ok()?;
    offset(rest)?.to_timestamp(civil).ok()
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0i32, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i32::from(byte - b'0'))
    })
}

/// Reads `.123` if it is there, in nanoseconds, and returns what follows.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.', rest @ ..] = text else {
        return Some((0, text));
    };
    let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(length);
    if !(1..=9).contains(&length) {
        return None;
    }
    Some((
        number(digits)? * 10i32.pow(9 - u32::try_from(length).ok()?),
        rest,
    ))
}

fn offset(text: &[u8]) -> Option<Offset> {
    let text = text.trim_ascii();
    let (sign, hours, minutes) = match text {
        b"Z" | b"z" | b"UTC" => return Some(Offset::UTC),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => {
            (sign, number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

const DATE: Fault = Fault::new(
    code::DATE_INVALID,
    "the date is not written as 2025-01-05 10:00:00 -0500: export the file again, without opening \
     and saving it in a spreadsheet, which rewrites dates",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_name_the_same_instant() {
        let expected: Timestamp = "2025-01-05T15:00:00Z".parse().unwrap();
        for text in [
            "2025-01-05 10:00:00 -0500",
            "2025-01-05T10:00:00-05:00",
            "2025-01-05 15:00:00 UTC",
            "2025-01-05T15:00:00.000Z",
            "2025-01-05 20:30:00 +0530",
        ] {
            assert_eq!(offset_date_time(text).ok(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "2025-01-05",
            "2025-01-05 10:00:00",
            "05/01/2025 10:00",
            "2025-02-30 10:00:00 +0000",
            "2025-01-05 25:00:00 +0000",
            "2025-01-05 10:00:00 +9900",
            "2025-01-05 10:00:00 0500",
            "2025-01-05 10:00:00.Z",
            "２０２５-01-05 10:00:00 Z",
        ] {
            assert!(offset_date_time(text).is_err(), "{text}");
        }
    }
}
