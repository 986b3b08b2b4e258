//! Refused rows: to a file where one is named, a few of them to standard error else.

use crate::error::CliError;
use crate::output::Output;
use crate::text;
use lethe_ops::{Error, RejectedRow};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How many are told when there is no file for them.
const TOLD_MAX: usize = 5;

/// Where refused rows go.
pub(in crate::commands) struct Rejects {
    file: Option<(PathBuf, BufWriter<File>)>,
    told: Vec<String>,
    count: u64,
}

impl Rejects {
    pub(in crate::commands) fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let open = |path: &Path| {
            let what = format!("cannot write {}", path.display());
            let file = File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                writeln!(file, "row,code,column,reason,file")?;
                Ok(file)
            });
            file.map(|file| (path.to_owned(), file))
                .map_err(CliError::file(what))
        };
        Ok(Self {
            file: path.map(open).transpose()?,
            told: Vec::new(),
            count: 0,
        })
    }

    pub(super) fn note(&mut self, input: &str, row: &RejectedRow) -> Result<(), Error> {
        self.count += 1;
        if let Some((path, file)) = &mut self.file {
            let what = format!("cannot write {}", path.display());
            return write_row(file, input, row).map_err(Error::file(what));
        }
        if self.told.len() < TOLD_MAX {
            let column = row.column.as_deref();
            let column = column.map(|name| format!(", column `{name}`"));
            self.told.push(format!(
                "{input}: row {}{}: {} [{}]",
                row.row,
                column.unwrap_or_default(),
                row.reason,
                row.code
            ));
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), CliError> {
        match &mut self.file {
            None => Ok(()),
            Some((path, file)) => file
                .flush()
                .map_err(CliError::file(format!("cannot write {}", path.display()))),
        }
    }

    /// Says where the refused rows are.
    pub(super) fn tell(&self, output: &Output) {
        for line in &self.told {
            output.note(line);
        }
        let rest = self.count - self.told.len() as u64;
        match &self.file {
            Some((path, _)) if self.count > 0 => {
                let rows = text::plural(self.count, "refused row is", "refused rows are");
                output.note(&format!("{rows} listed in {}", path.display()));
            }
            None if rest > 0 => output.note(&format!(
                "and {} more refused: --rejects FILE lists them all",
                text::count(rest)
            )),
            _ => {}
        }
    }
}

fn write_row(file: &mut impl Write, input: &str, row: &RejectedRow) -> io::Result<()> {
    let column = row.column.as_deref().unwrap_or_default();
    writeln!(
        file,
        "{},{},{},{},{}",
        row.row,
        quoted(&row.code),
        quoted(column),
        quoted(&row.reason),
        quoted(input)
    )
}

/// Quotes a cell where needed; one that a spreadsheet would run as a formula gets an apostrophe.
fn quoted(cell: &str) -> String {
    let safe = if cell.starts_with(['=', '+', '-', '@']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}
