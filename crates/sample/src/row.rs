//! Rows of comma-separated values, quoted as Shopify quotes them.

use crate::money::Currency;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io;
use std::sync::LazyLock;

/// The sample shop's own clock: Paris. Given as a rule, so that no time zone database is read.
static PARIS: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC));

/// How much is gathered before it is written.
const CHUNK: usize = 64 * 1024;

/// Writes rows, in chunks.
pub(crate) struct Rows<W> {
    out: W,
    buffer: Vec<u8>,
    at_start: bool,
}

impl<W: io::Write> Rows<W> {
    /// Begins with a header line.
    pub(crate) fn new(out: W, header: &str) -> Self {
        let mut buffer = Vec::with_capacity(2 * CHUNK);
        buffer.extend_from_slice(header.as_bytes());
        buffer.push(b'\n');
        Self {
            out,
            buffer,
            at_start: true,
        }
    }

    fn separate(&mut self) {
        if !self.at_start {
            self.buffer.push(b',');
        }
        self.at_start = false;
    }

    /// Adds fields without a value.
    pub(crate) fn nothing(&mut self, fields: usize) {
        (0..fields).for_each(|_| self.separate());
    }

    /// Adds text, quoted if it must be.
    pub(crate) fn text(&mut self, value: &str) {
        self.separate();
        let edge = value.starts_with(' ') || value.ends_with(' ');
        if edge
            || value
                .bytes()
                .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
        {
            self.buffer.push(b'"');
            self.buffer
                .extend_from_slice(value.replace('"', "\"\"").as_bytes());
            self.buffer.push(b'"');
        } else {
            self.buffer.extend_from_slice(value.as_bytes());
        }
    }

    /// Adds text that may be absent.
    pub(crate) fn optional(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text(value),
            None => self.nothing(1),
        }
    }

    /// Adds text that is empty rather than absent: Shopify writes it as two quotes.
    pub(crate) fn present(&mut self, value: &str) {
        if value.is_empty() {
            self.separate();
            self.buffer.extend_from_slice(b"\"\"");
        } else {
            self.text(value);
        }
    }

    /// Adds a value behind the apostrophe that keeps spreadsheets from reading it as a number.
    pub(crate) fn apostrophised(&mut self, value: &str) {
        self.separate();
        self.buffer.push(b'\'');
        self.buffer.extend_from_slice(value.as_bytes());
    }

    /// Adds a postal code; with an apostrophe if wanted and if it is all digits.
    pub(crate) fn postal_code(&mut self, value: &str, apostrophe: bool) {
        if apostrophe && value.bytes().all(|byte| byte.is_ascii_digit()) {
            self.apostrophised(value);
        } else {
            self.text(value);
        }
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, value: u64) {
        self.text(&value.to_string());
    }

    /// Adds `yes` or `no`.
    pub(crate) fn yes_no(&mut self, value: bool) {
        self.text(if value { "yes" } else { "no" });
    }

    /// Adds an amount in the currency's minor unit.
    pub(crate) fn amount(&mut self, currency: Currency, amount_minor: i64) {
        self.separate();
        currency.write(amount_minor, &mut self.buffer);
    }

    /// Adds an instant as the shop's clock shows it: `2025-01-05 10:00:00 +0100`.
    pub(crate) fn instant(&mut self, at: Option<Timestamp>) {
        self.separate();
        let Some(at) = at else { return };
        let offset = PARIS.to_offset(at);
        let local = offset.to_datetime(at);
        let minutes = offset.seconds() / 60;
        for (number, digits, end) in [
            (i32::from(local.year()), 4, b'-'),
            (i32::from(local.month()), 2, b'-'),
            (i32::from(local.day()), 2, b' '),
            (i32::from(local.hour()), 2, b':'),
            (i32::from(local.minute()), 2, b':'),
            (i32::from(local.second()), 2, b' '),
        ] {
            self.digits(number, digits);
            self.buffer.push(end);
        }
        self.buffer.push(if minutes < 0 { b'-' } else { b'+' });
        self.digits(minutes.abs() / 60, 2);
        self.digits(minutes.abs() % 60, 2);
    }

    fn digits(&mut self, number: i32, digits: u32) {
        for place in (0..digits).rev() {
            self.buffer
                .push(b'0' + (number / 10_i32.pow(place) % 10) as u8);
        }
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.buffer.push(b'\n');
        self.at_start = true;
        if self.buffer.len() >= CHUNK {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Rows<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        let mut rows = Rows::new(&mut out, "h");
        fill(&mut rows);
        rows.end().unwrap();
        rows.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        let row = written(|rows| {
            rows.text("plain");
            rows.text("a, b");
            rows.text("say \"no\"\nthen");
            rows.present("");
            rows.optional(None);
        });
        assert_eq!(row, "h\nplain,\"a, b\",\"say \"\"no\"\"\nthen\",\"\",\n");
    }

    #[test]
    fn instants_show_the_offset_of_their_season() {
        let row = written(|rows| {
            rows.instant("2025-01-05T09:00:00Z".parse().ok());
            rows.instant("2025-03-30T00:59:59Z".parse().ok());
            rows.instant("2025-03-30T01:00:00Z".parse().ok());
            rows.instant(None);
        });
        assert_eq!(
            row,
            "h\n2025-01-05 10:00:00 +0100,2025-03-30 01:59:59 +0100,2025-03-30 03:00:00 +0200,\n"
        );
    }
}
