//! One table of the file: reads its keys, tells what is wrong with each, and which it did not ask
//! for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::report::Report;
use super::values::{clip, find_name, label, whole, words};

/// A table of the file and its name for people, such as "rule `delivery`".
pub(super) struct Section<'a> {
    report: &'a Report<'a>,
    pub(super) name: String,
    table: &'a DeTable<'a>,
    span: Range<usize>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        report: &'a Report<'a>,
        name: impl Into<String>,
        table: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self {
            report,
            name: name.into(),
            table,
            span,
            asked: RefCell::default(),
        }
    }

    /// Says that this table as a whole is wrong.
    pub(super) fn error(&self, message: impl Into<String>) {
        let name = if self.name.is_empty() {
            "the file"
        } else {
            &self.name
        };
        self.report.error(Some(self.span.clone()), name, message);
    }

    /// Says that one key is wrong.
    pub(super) fn error_at(&self, key: &str, message: impl Into<String>) {
        let span = self.table.get(key).map_or(self.span.clone(), Spanned::span);
        self.report.error(Some(span), self.place(key), message);
    }

    fn place(&self, key: &str) -> String {
        if self.name.is_empty() {
            format!("`{key}`")
        } else {
            format!("{}, `{key}`", self.name)
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Counts the entries of a list.
    pub(super) fn count(&self, key: &str) -> usize {
        let entries = self
            .table
            .get(key)
            .and_then(|found| found.get_ref().as_array());
        entries.map_or(0, |entries| entries.len())
    }

    fn value(&self, key: &'static str) -> Option<&'a DeValue<'a>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key).map(Spanned::get_ref)
    }

    /// Reads a key that must be there.
    pub(super) fn needed<T>(
        &self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            let message = format!("is missing; write for example `{key} = {example}`");
            self.report
                .error(Some(self.span.clone()), self.place(key), message);
        }
        read(self, key)
    }

    /// Reads a text and makes something of it.
    pub(super) fn parsed<T, E: Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let Some(text) = value.as_str() else {
            self.error_at(key, "is no text; put it between quotation marks");
            return None;
        };
        parse(text)
            .map_err(|why| self.error_at(key, why.to_string()))
            .ok()
    }

    /// Reads a text of a type that says itself what is wrong with it.
    pub(super) fn parse<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<T> {
        self.parsed(key, |text| {
            text.parse::<T>()
                .map_err(|why| format!("`{}`: {why}", clip(text)))
        })
    }

    /// Reads one of a list of names.
    pub(super) fn one_of<T: Copy>(
        &self,
        key: &'static str,
        known: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.parsed(key, |text| find_name(text, known, name))
    }

    /// Reads a text for people: one line, not empty.
    pub(super) fn words(&self, key: &'static str) -> Option<String> {
        self.parsed(key, words)
    }

    /// Reads a name of a rule or a keep.
    pub(super) fn label(&self, key: &'static str) -> Option<String> {
        self.parsed(key, label)
    }

    /// Reads a whole number within limits.
    pub(super) fn number(&self, key: &'static str, within: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        let number = whole(value);
        if number.is_none_or(|number| !within.contains(&number)) {
            let (from, to) = (within.start(), within.end());
            let message = match *to {
                i64::MAX => format!("is no whole number of at least {from}"),
                to => format!("is no whole number from {from} to {to}"),
            };
            self.error_at(key, message);
            return None;
        }
        number
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        if value.as_bool().is_none() {
            self.error_at(key, "is neither `true` nor `false`");
        }
        value.as_bool()
    }

    /// Reads a list; each entry that cannot be read is told of by its own line.
    pub(super) fn list<T>(
        &self,
        key: &'static str,
        read: impl Fn(&'a DeValue<'a>) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let value = self.value(key)?;
        let Some(entries) = value.as_array() else {
            self.error_at(key, "is no list; put it between square brackets");
            return None;
        };
        let mut all = Vec::new();
        for entry in entries.iter() {
            match read(entry.get_ref()) {
                Ok(one) => all.push(one),
                Err(why) => self.report.error(Some(entry.span()), self.place(key), why),
            }
        }
        (all.len() == entries.len()).then_some(all)
    }

    /// Reads a list of texts.
    pub(super) fn texts<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        self.list(key, |entry| match entry.as_str() {
            Some(text) => parse(text),
            None => Err("holds something that is no text".to_owned()),
        })
    }

    /// Opens a table that may be missing.
    pub(super) fn section(&self, key: &'static str, name: String) -> Option<Section<'a>> {
        let value = self.value(key)?;
        let Some(table) = value.as_table() else {
            self.error_at(key, "is no table");
            return None;
        };
        let span = self.table.get(key).map_or(0..0, Spanned::span);
        Some(Section::new(self.report, name, table, span))
    }

    /// Opens a table of the file that must be there.
    pub(super) fn needed_section(&self, key: &'static str) -> Option<Section<'a>> {
        if self.value(key).is_none() {
            self.error(format!(
                "has no table `[{key}]`; copy it from the default policy"
            ));
        }
        self.section(key, format!("`[{key}]`"))
    }

    /// Opens each table of a list of tables.
    pub(super) fn sections(
        &self,
        key: &'static str,
        name: impl Fn(usize, &DeTable<'a>) -> String,
    ) -> Vec<Section<'a>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(entries) = value.as_array() else {
            self.error_at(key, "is no list of tables");
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match entry.get_ref().as_table() {
                Some(table) => {
                    let name = name(at + 1, table);
                    sections.push(Section::new(self.report, name, table, entry.span()));
                }
                None => {
                    let place = self.place(key);
                    self.report.error(
                        Some(entry.span()),
                        place,
                        "holds something that is no table",
                    );
                }
            }
        }
        sections
    }

    /// Tells of every key that nothing asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            if !asked.contains(key.get_ref().as_ref()) {
                let known: Vec<String> = asked.iter().map(|key| format!("`{key}`")).collect();
                let message = format!("is no known key; known here are {}", known.join(", "));
                let place = self.place(&clip(key.get_ref()));
                self.report.error(Some(key.span()), place, message);
            }
        }
    }
}
