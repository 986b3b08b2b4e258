//! A CSV file as rows under a header, in bounded memory.
//!
//! The grammar is that of RFC 4180 as spreadsheets write it: `\n`, `\r\n` or `\r` between rows,
//! quotation marks doubled inside quotation marks. The delimiter is the comma, unless the header
//! says otherwise: a comma file saved again by a European spreadsheet comes back with semicolons.

mod input;
mod lines;
mod row;

use std::io::{self, Read};

use csv::StringRecord;

pub(crate) use self::row::{Column, Row};

use self::input::{Metered, ROW_BYTES_MAX, into_io};
use crate::error::Fault;
use crate::text::{Decoder, TextEncoding};
use crate::{FormatError, RowError, code};

const BUFFER_BYTES: usize = 64 * 1024;

/// The rows of a CSV file, each with as many cells as the header.
pub(crate) struct Table<R> {
    reader: csv::Reader<Metered<R>>,
    headers: Vec<String>,
    record: StringRecord,
    /// A record that was read to know whether the one before it was the last.
    ahead: Option<StringRecord>,
    stopped: bool,
}

impl<R: Read> Table<R> {
    /// Reads the header row. Without a given delimiter it is guessed from there.
    pub(crate) fn open(input: Decoder<R>, delimiter: Option<u8>) -> Result<Self, FormatError> {
        let input = Metered::new(input).map_err(FormatError::Read)?;
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.unwrap_or(input.delimiter()))
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(input);
        let mut table = Self {
            reader,
            headers: Vec::new(),
            record: StringRecord::new(),
            ahead: None,
            stopped: false,
        };
        match table.read() {
            Ok(true) if !is_end(&table.record) => {}
            Ok(_) => return Err(FormatError::Empty),
            Err(Some(error)) => return Err(FormatError::Read(error)),
            Err(None) => {
                return Err(FormatError::HeaderTooLong {
                    limit: ROW_BYTES_MAX,
                });
            }
        }
        table.headers = table
            .record
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        Ok(table)
    }

    /// Reads the next row. After a fatal error there are no more.
    pub(crate) fn next_row(&mut self) -> Option<Result<Row<'_>, RowError>> {
        if self.stopped {
            return None;
        }
        let begins = self.line_reached();
        match self.advance() {
            Ok(Step::Row) => Some(Ok(Row {
                line: self.line(),
                fault: self.count_fault(),
                record: &self.record,
                headers: &self.headers,
            })),
            Ok(Step::End) => {
                self.stopped = true;
                None
            }
            Ok(Step::OpenQuote) => {
                self.stopped = true;
                Some(Err(QUOTE_OPEN.at(begins, None)))
            }
            Err(error) => {
                self.stopped = true;
                Some(Err(error.map_or_else(
                    || TOO_LONG.at(begins, None),
                    |error| RowError::read_failed(begins, &error),
                )))
            }
        }
    }

    /// Reads one record, and looks one further where this may be the end of the file.
    fn advance(&mut self) -> Result<Step, Option<io::Error>> {
        match self.ahead.take() {
            Some(ahead) => self.record = ahead,
            None if self.read()? => {}
            None => return Ok(Step::OpenQuote),
        }
        // Only an open quotation mark takes the line end of the end mark into a cell.
        if !self
            .record
            .iter()
            .next_back()
            .is_some_and(|cell| cell.ends_with(lines::END_CELL))
        {
            return Ok(Step::Row);
        }
        let record = std::mem::take(&mut self.record);
        let more = self.read()?;
        let ahead = std::mem::replace(&mut self.record, record);
        Ok(match more {
            true => {
                self.ahead = Some(ahead);
                Step::Row
            }
            false if is_end(&self.record) => Step::End,
            false => Step::OpenQuote,
        })
    }

    /// Reads a record as the CSV reader sees it. An error is `None` when our own bound is reached.
    fn read(&mut self) -> Result<bool, Option<io::Error>> {
        self.reader.get_mut().allow_one_row();
        self.reader.read_record(&mut self.record).map_err(into_io)
    }

    /// The line after everything that the CSV reader has taken.
    fn line_reached(&self) -> u64 {
        self.reader.position().line() + self.reader.get_ref().lines_skipped()
    }

    /// The line on which the current record begins. The position that the CSV reader keeps for a
    /// record is before any empty lines above it, so it is counted from its end.
    fn line(&self) -> u64 {
        let lines = |record: &StringRecord| {
            memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64 + 1
        };
        let ahead = self.ahead.as_ref().map_or(0, lines);
        self.line_reached()
            .saturating_sub(ahead + lines(&self.record))
    }

    /// Cells beyond the header that are all empty are forgiven: spreadsheets leave them behind.
    fn count_fault(&self) -> Option<Fault> {
        let (cells, columns) = (self.record.len(), self.headers.len());
        let forgiven = cells > columns
            && self
                .record
                .iter()
                .skip(columns)
                .all(|cell| cell.trim().is_empty());
        (cells != columns && !forgiven).then_some(FIELD_COUNT)
    }
}

impl<R: Read> Table<R> {
    /// Finds the first column of that name, whatever its case.
    pub(crate) fn column(&self, name: &str) -> Column {
        Column(
            self.headers
                .iter()
                .position(|header| header.eq_ignore_ascii_case(name)),
        )
    }

    /// Finds the first column that has any of these names; earlier names are preferred.
    pub(crate) fn column_of(&self, names: &[&str]) -> Column {
        names
            .iter()
            .map(|name| self.column(name))
            .find(|c| c.is_present())
            .unwrap_or_default()
    }

    /// Finds all columns of that name, whatever its case.
    pub(crate) fn columns(&self, name: &str) -> impl Iterator<Item = Column> {
        let is_named = move |header: &String| header.to_lowercase() == name.to_lowercase();
        let places = self.headers.iter().enumerate();
        places
            .filter(move |(_, header)| is_named(header))
            .map(|(index, _)| Column(Some(index)))
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.reader.get_ref().decoder().bytes_read()
    }

    pub(crate) fn encoding(&self) -> TextEncoding {
        self.reader.get_ref().decoder().encoding()
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.reader.get_ref().decoder().is_damaged()
    }
}

const FIELD_COUNT: Fault = Fault::new(
    code::FIELD_COUNT,
    "the row has another number of fields than the header has columns, often because of a \
     quotation mark or a line break that is not inside quotation marks: correct the row, or export \
     the file again",
);

const QUOTE_OPEN: Fault = Fault::new(
    code::QUOTE_OPEN,
    "a quotation mark in this row is never closed, so the rest of the file was taken for its text \
     and not read: correct the row and import the file again",
);

const TOO_LONG: Fault = Fault::new(
    code::ROW_TOO_LONG,
    "the row is longer than 4 MiB, most likely because a quotation mark in it is never closed; the \
     rest of the file was not read: correct the row and import the file again",
);

/// What a step through the file found.
enum Step {
    Row,
    End,
    OpenQuote,
}

/// Recognises the record that the end mark makes of itself.
fn is_end(record: &StringRecord) -> bool {
    record.len() == 1 && record.get(0) == Some(lines::END_CELL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table<&[u8]> {
        Table::open(Decoder::new(text.as_bytes()).unwrap(), None).unwrap()
    }

    fn cells(table: &mut Table<&[u8]>) -> Vec<(u64, Vec<String>)> {
        let mut rows = Vec::new();
        while let Some(row) = table.next_row() {
            let row = row.unwrap();
            rows.push((row.line, row.record.iter().map(str::to_owned).collect()));
        }
        rows
    }

    #[test]
    fn delimiters_are_guessed_from_the_header() {
        for text in [
            "a,b\n1,2\n",
            "a;b\r\n1;2\r\n",
            "a\tb\n1\t2",
            "\"a;;;\",b\n1,2",
            "sep=;\na;b\n1;2",
        ] {
            let rows = cells(&mut table(text));
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!(rows[0].1, ["1", "2"], "{text}");
        }
    }

    #[test]
    fn lines_are_those_of_a_text_editor() {
        let rows = cells(&mut table("a,b\n1,\"two\nlines\"\n\n3,4\n"));
        assert_eq!(
            rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 5]
        );
        assert_eq!(cells(&mut table("sep=,\na,b\n1,2\n"))[0].0, 3);
    }

    #[test]
    fn an_unclosed_quotation_mark_does_not_take_in_the_whole_file() {
        let text = format!("a,b\n1,2\n3,\"{}", "x,y\n".repeat(3 << 20));
        let mut table = table(&text);
        assert!(table.next_row().unwrap().is_ok());
        let error = table.next_row().unwrap().err().unwrap();
        assert_eq!((error.code, error.row), (code::ROW_TOO_LONG, 3));
        assert!(error.is_fatal());
        assert!(table.next_row().is_none());
    }

    #[test]
    fn a_quotation_mark_left_open_at_the_end_is_noticed() {
        for text in [
            "a,b\n1,2\n3,\"x\n4,y\n",
            "a,b\r\n1,2\r\n3,\"x",
            "a,b\n1,2\n\"3,x\n\"\"\n",
        ] {
            let mut table = table(text);
            assert!(table.next_row().unwrap().is_ok(), "{text}");
            let error = table.next_row().unwrap().err().unwrap();
            assert_eq!((error.code, error.row), (code::QUOTE_OPEN, 3), "{text}");
            assert!(table.next_row().is_none());
        }
        for text in [
            "a,b\n1,\"2\n\"",
            "a,b\n1,\"2\n\"\n",
            "a,b\n1,\"2\n\"\n\n\n",
            "a\n\"\n\"",
        ] {
            assert_eq!(cells(&mut table(text)).len(), 1, "{text}");
        }
        let rows = cells(&mut table("a,b\n\"\n\"\n1,\"\n\"\n3,4"));
        assert_eq!(
            rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 4, 6]
        );
    }

    #[test]
    fn files_without_content_are_empty() {
        for text in ["", "\n\n", "\r\n", "\u{feff}", "sep=;\n"] {
            let opened = Table::open(Decoder::new(text.as_bytes()).unwrap(), None);
            assert!(matches!(opened, Err(FormatError::Empty)), "{text:?}");
        }
    }

    #[test]
    fn rows_of_another_width_carry_a_fault() {
        let mut table = table("a,b\n1\n1,2,,\n1,2,3\n");
        let faults: Vec<_> =
            std::iter::from_fn(|| table.next_row().map(|r| r.unwrap().fault.is_some())).collect();
        assert_eq!(faults, [true, false, true]);
    }
}
