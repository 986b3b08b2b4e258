//! A page and the scripts of its own origin, as a visitor without cookies gets them.

use super::address::Address;
use super::page;
use super::{Key, Lint};
use indicatif::HumanBytes;
use lethe_keyscan::Scanner;
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};

/// How much of one page or script is read, in bytes.
const DOCUMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How many scripts of a page are fetched.
const SCRIPTS_MAX: usize = 200;
const REDIRECTS_MAX: u32 = 5;
/// For one page or script, redirects not counted.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Fetches pages. Sends no cookie and no key, follows redirects on one host only.
pub(super) struct Fetcher(Agent);

struct Document {
    /// Where it was in the end.
    at: Address,
    bytes: Vec<u8>,
    is_page: bool,
    is_cut: bool,
}

impl Fetcher {
    pub(super) fn new() -> Self {
        Self(lethe_alerts::agent("lethe-key-lint", TIMEOUT))
    }

    /// Fetches one document; says in words why not.
    fn fetch(&self, address: &Address) -> Result<Document, String> {
        let mut at = address.clone();
        for _ in 0..=REDIRECTS_MAX {
            let request = self.0.get(at.to_string()).call();
            let answer = request.map_err(|error| error.to_string())?;
            let status = answer.status();
            let header = |name| {
                let value = answer.headers().get(name)?;
                value.to_str().ok().map(str::to_owned)
            };
            if status.is_redirection() {
                let to = header(LOCATION).and_then(|to| at.resolve(&to));
                let to = to.ok_or("it redirects to nowhere")?;
                if !at.may_lead_to(&to) {
                    return Err(format!(
                        "it redirects to {to}: name that address to read it"
                    ));
                }
                at = to;
                continue;
            }
            if !status.is_success() {
                return Err(format!("the server answers {}", status.as_u16()));
            }
            let encoding = header(CONTENT_ENCODING).unwrap_or_default();
            if !matches!(encoding.as_str(), "" | "identity") {
                return Err(
                    "the server sends it compressed although it was not asked to".to_owned(),
                );
            }
            let kind = header(CONTENT_TYPE).unwrap_or_default();
            let mut bytes = Vec::new();
            let body = answer.into_body().into_reader();
            body.take(DOCUMENT_BYTES_MAX + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| error.to_string())?;
            let is_cut = bytes.len() as u64 > DOCUMENT_BYTES_MAX;
            bytes.truncate(DOCUMENT_BYTES_MAX as usize);
            let is_page = kind.contains("html") || bytes.trim_ascii_start().starts_with(b"<");
            return Ok(Document {
                at,
                bytes,
                is_page,
                is_cut,
            });
        }
        Err(format!("it redirects more than {REDIRECTS_MAX} times"))
    }
}

/// Reads a page and the scripts that it names, if they are of the page's own origin. What these
/// scripts load in turn is not fetched.
pub(super) fn lint(fetcher: &Fetcher, scanner: &Scanner, address: &Address, lint: &mut Lint) {
    let Some(document) = lint.document(fetcher, scanner, address) else {
        return;
    };
    if !document.is_page {
        return;
    }
    let page = String::from_utf8_lossy(&document.bytes);
    let named = page::scripts(&page, &document.at);
    let (own, foreign): (Vec<_>, Vec<_>) = named
        .iter()
        .partition(|script| script.is_same_origin(&document.at));
    lint.foreign_scripts += foreign.len() as u64;
    for script in own.iter().take(SCRIPTS_MAX) {
        lint.document(fetcher, scanner, script);
    }
    if own.len() > SCRIPTS_MAX {
        let why = format!("only the first {SCRIPTS_MAX} of its scripts were read");
        lint.skip(&document.at, why);
    }
}

impl Lint {
    /// Fetches and reads one document.
    fn document(
        &mut self,
        fetcher: &Fetcher,
        scanner: &Scanner,
        address: &Address,
    ) -> Option<Document> {
        let document = match fetcher.fetch(address) {
            Ok(document) => document,
            Err(why) => {
                self.skip(address, why);
                return None;
            }
        };
        let found = scanner.scan_bytes(&document.bytes);
        let keys = found
            .iter()
            .map(|key| Key::new(document.at.to_string(), key));
        self.found.extend(keys);
        self.files += 1;
        self.bytes += document.bytes.len() as u64;
        if document.is_cut {
            let most = HumanBytes(DOCUMENT_BYTES_MAX);
            self.skip(&document.at, format!("only its first {most} were read"));
        }
        Some(document)
    }
}
