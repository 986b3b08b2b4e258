//! `lethe key lint --tree`: keys in folders, files and pages.

mod address;
mod page;
mod web;

use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use lethe_keyscan::{Options, Scanner};
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

/// Reads every target and tells the keys in them; a target is a folder, a file or an address.
pub(crate) fn run(targets: &[OsString], output: &Output) -> Result<Exit, CliError> {
    // Whether all can be begun is said before the first takes its time.
    let targets = targets.iter().map(|target| Target::parse(target));
    let targets = targets.collect::<Result<Vec<_>, _>>()?;
    let scanner = Scanner::new();
    let mut lint = Lint::default();
    let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is valid");
    let spinner = ProgressBar::new_spinner().with_style(style);
    spinner.enable_steady_tick(Duration::from_millis(120));
    let mut fetcher = None;
    for target in &targets {
        match target {
            Target::Folder(folder) => lint.folder(&scanner, folder, &spinner)?,
            Target::Page(page) => {
                let fetcher = fetcher.get_or_insert_with(web::Fetcher::new);
                spinner.set_message(page.to_string());
                web::lint(fetcher, &scanner, page, &mut lint);
            }
        }
    }
    spinner.finish_and_clear();
    output.result(&lint, || lint.to_text())?;
    for NotRead { place, why } in &lint.not_read {
        output.note(&format!("not read: {}: {why}", text::printable(place)));
    }
    if !lint.found.is_empty() {
        output.note(
            "Revoke each key where it was issued, then take it out: whoever read it keeps it.",
        );
    }
    Ok(lint.exit())
}

enum Target<'a> {
    Folder(&'a Path),
    Page(address::Address),
}

impl<'a> Target<'a> {
    fn parse(target: &'a OsStr) -> Result<Self, CliError> {
        let is_address = |text: &&str| text.contains("://");
        if let Some(text) = target.to_str().filter(is_address) {
            let page = address::Address::parse(text).ok_or_else(|| {
                CliError::usage(
                    "--tree: an address must be http:// or https://, without a user and a password",
                )
            })?;
            return Ok(Self::Page(page));
        }
        let folder = Path::new(target);
        let what = format!("--tree: cannot read {}", folder.display());
        folder.metadata().map_err(CliError::file(what))?;
        Ok(Self::Folder(folder))
    }
}

/// What was found and what was read.
#[derive(Default, Serialize)]
struct Lint {
    found: Vec<Key>,
    /// How many files, pages and scripts were read.
    files: u64,
    bytes: u64,
    /// Symbolic links, which are not followed.
    links: u64,
    /// Folders of git's compressed objects, which are not read.
    git_objects: u64,
    /// Scripts of other sites, which are not fetched.
    foreign_scripts: u64,
    not_read: Vec<NotRead>,
}

/// A key that was found.
#[derive(Serialize)]
struct Key {
    place: String,
    line: u64,
    /// In bytes, from 1.
    column: u64,
    vendor: &'static str,
    kind: &'static str,
    rule: &'static str,
    evidence: &'static str,
    prefix: &'static str,
    fingerprint: String,
}

/// Something that was not read, or not whole.
#[derive(Serialize)]
struct NotRead {
    place: String,
    why: String,
}

impl Lint {
    fn folder(
        &mut self,
        scanner: &Scanner,
        folder: &Path,
        spinner: &ProgressBar,
    ) -> Result<(), CliError> {
        let options = Options::default();
        let found = &mut self.found;
        let report = scanner.scan_tree(
            folder,
            &options,
            &mut |path, key| found.push(Key::new(path.display().to_string(), &key)),
            &mut |now| {
                spinner.set_message(format!("{} files, {} found", now.files, now.found));
            },
        );
        let what = format!("--tree: cannot read {}", folder.display());
        let report = report.map_err(CliError::file(what))?;
        self.files += report.progress.files;
        self.bytes += report.progress.bytes;
        self.links += report.links;
        self.git_objects += report.git_objects;
        for path in &report.cut {
            let most = HumanBytes(options.file_bytes_max);
            self.skip(path.display(), format!("only its first {most} were read"));
        }
        for unread in &report.unread {
            self.skip(unread.path.display(), unread.source.to_string());
        }
        Ok(())
    }

    fn skip(&mut self, place: impl ToString, why: impl Into<String>) {
        self.not_read.push(NotRead {
            place: place.to_string(),
            why: why.into(),
        });
    }

    fn to_text(&self) -> String {
        let read = text::plural(self.files, "file", "files");
        let mut lines = format!("in {read}, {}", HumanBytes(self.bytes));
        for (count, what) in [
            (self.links, "symbolic links not followed"),
            (self.git_objects, "folders of git's objects not read"),
            (self.foreign_scripts, "scripts of other sites not fetched"),
        ] {
            if count > 0 {
                lines += &format!("; {} {what}", text::count(count));
            }
        }
        if self.found.is_empty() {
            let all = if self.not_read.is_empty() {
                ""
            } else {
                ", but not everything was read"
            };
            return format!("No key found {lines}{all}.");
        }
        let headings = ["place", "line", "vendor", "kind", "evidence", "fingerprint"];
        let mut table = Table::new(&headings);
        for key in &self.found {
            table.row([
                text::printable(&key.place),
                format!("{}:{}", key.line, key.column),
                key.vendor.to_owned(),
                key.kind.to_owned(),
                key.evidence.to_owned(),
                format!("{}… {}", key.prefix, key.fingerprint),
            ]);
        }
        let found = text::plural(self.found.len() as u64, "key", "keys");
        let mut different: Vec<&str> = self.found.iter().map(|key| &*key.fingerprint).collect();
        different.sort_unstable();
        different.dedup();
        let different = text::count(different.len() as u64);
        format!("{table}\n\n{found} found ({different} different) {lines}.")
    }

    /// A scan that could not read everything does not say that all is well.
    fn exit(&self) -> Exit {
        if self.found.is_empty() && self.not_read.is_empty() {
            Exit::Done
        } else {
            Exit::Failure
        }
    }
}

impl Key {
    fn new(place: String, found: &lethe_keyscan::Found) -> Self {
        Self {
            place,
            line: found.line,
            column: found.column,
            vendor: found.vendor.name(),
            kind: found.kind,
            rule: found.rule,
            evidence: found.evidence.as_str(),
            prefix: found.prefix,
            fingerprint: found.fingerprint.to_string(),
        }
    }
}
