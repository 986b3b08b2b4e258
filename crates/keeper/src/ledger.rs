//! The ledger: what was destroyed, revoked, held and adopted, in a small file that is copied away as
//! it grows. A restored backup does not know these things; the ledger does.
//!
//! One JSON object per line, in random ids: nothing in it is derived from a person. Each line carries
//! an HMAC over its text and the line before, under a key of the keyring, so that a line cannot be
//! changed, added or taken out of the middle. Lines cut off at the end are found by comparing with
//! another copy.

use crate::{Keeper, KeeperError, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use lethe_crypto::MacKey;
use lethe_model::{RecordId, SubjectId};
use lethe_store::journal::chunks::Chunk;
use lethe_store::journal::origins::LEDGER;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const LABEL: &[u8] = b"lethe-ledger-v1";

/// One act that a restored backup must catch up with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LedgerAct {
    /// Keys were destroyed for good.
    Destroyed {
        /// Subjects forgotten wholly, hex.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        subjects: Vec<String>,
        /// Subjects whose look-up rows were removed, hex.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unlinked: Vec<String>,
        /// Records: subject, order and category, hex.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        records: Vec<String>,
        /// Orders that became tombstones: subject and order, hex.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        orders: Vec<String>,
        /// Keyed hashes of the numbers of orders that must not come back, hex: of orders, never of
        /// people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<String>,
    },
    /// An API key was revoked.
    Revoked {
        /// Its public id.
        key: String,
    },
    /// A key that derives from an API key was revoked.
    RevokedDerived {
        /// The API key's public id.
        key: String,
        /// The derived key's public name.
        fingerprint: String,
    },
    /// A legal hold was placed or released; the detail is what the active store needs to know.
    Hold {
        /// Its public id.
        hold: String,
        /// Absent when it was released.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        placed: Option<serde_json::Value>,
    },
    /// A policy was adopted.
    Policy {
        /// Its number.
        policy: i64,
        /// The file as it was adopted.
        text: String,
        /// The credential that adopted it.
        adopted_by: String,
        /// Unix milliseconds.
        effective_at: i64,
    },
    /// How far the access log had come.
    Head {
        /// The log.
        origin: String,
        /// Entries.
        size: u64,
    },
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Its place, from 0.
    pub n: u64,
    /// Unix milliseconds.
    pub at: i64,
    /// What was done.
    #[serde(flatten)]
    pub act: LedgerAct,
}

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file system failed.
    #[error(
        "the ledger {path} cannot be read or written ({source}): nothing is destroyed until it can"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line is not what the keeper wrote.
    #[error(
        "line {line} of the ledger {path} was altered, or belongs to another installation: use another copy of it, and treat it as an incident"
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
}

/// The open ledger.
pub(crate) struct Ledger {
    path: PathBuf,
    file: File,
    /// Length of what is whole and durable: a line that failed half-way is cut off before the next.
    len: u64,
    next: u64,
    last_mac: Vec<u8>,
}

impl Ledger {
    /// Opens the ledger, or begins it; a torn last line is cut off: its act was never begun.
    pub(crate) fn open(path: &Path, key: &MacKey) -> Result<Self, LedgerError> {
        let failed = |source| LedgerError::File {
            path: path.to_owned(),
            source,
        };
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(failed)?;
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        let read = read_lines(path, &bytes, key)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        file.set_len(read.whole).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        if let Some(dir) = path.parent() {
            File::open(dir)
                .and_then(|dir| dir.sync_all())
                .map_err(failed)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            len: read.whole,
            next: read.lines.len() as u64,
            last_mac: read.last_mac,
        })
    }

    /// Appends acts; they are durable when this returns.
    fn append(&mut self, at: i64, acts: Vec<LedgerAct>, key: &MacKey) -> Result<(), LedgerError> {
        let lines = self.describe(at, acts, key);
        self.write(lines)
    }

    /// Writes acts down as the next lines; nothing is appended yet.
    fn describe(&self, at: i64, acts: Vec<LedgerAct>, key: &MacKey) -> NextLines {
        let mut text = String::new();
        let (mut next, mut mac) = (self.next, self.last_mac.clone());
        for act in acts {
            let line = LedgerLine { n: next, at, act };
            let json = serde_json::to_string(&line).expect("strings and numbers serialise");
            mac = key.tag(&[LABEL, &mac, json.as_bytes()]).to_vec();
            text.push_str(&json);
            text.push('\t');
            text.push_str(&BASE64.encode(&mac));
            text.push('\n');
            next += 1;
        }
        NextLines {
            text,
            next,
            last_mac: mac,
        }
    }

    fn write(&mut self, lines: NextLines) -> Result<(), LedgerError> {
        let mut write = || {
            self.file.set_len(self.len)?;
            self.file.write_all(lines.text.as_bytes())?;
            self.file.sync_data()
        };
        write().map_err(|source| LedgerError::File {
            path: self.path.clone(),
            source,
        })?;
        self.len += lines.text.len() as u64;
        self.next = lines.next;
        self.last_mac = lines.last_mac;
        Ok(())
    }

    /// Copies lines that other vaults appended.
    fn copy(&mut self, bytes: &[u8], key: &MacKey) -> Result<(), LedgerError> {
        let altered = |line| LedgerError::Altered {
            path: self.path.clone(),
            line,
        };
        let text = std::str::from_utf8(bytes).map_err(|_| altered(self.next + 1))?;
        let (mut next, mut last_mac) = (self.next, self.last_mac.clone());
        for line in text.lines() {
            let (_, mac) =
                parse_line(line, next, &last_mac, key).ok_or_else(|| altered(next + 1))?;
            (next, last_mac) = (next + 1, mac);
        }
        self.write(NextLines {
            text: text.to_owned(),
            next,
            last_mac,
        })
    }
}

/// Lines that are to be appended, and what follows them.
struct NextLines {
    text: String,
    next: u64,
    last_mac: Vec<u8>,
}

/// Reads a line and its MAC; `None` when the keeper did not write it there.
fn parse_line(
    line: &str,
    number: u64,
    last_mac: &[u8],
    key: &MacKey,
) -> Option<(LedgerLine, Vec<u8>)> {
    let (json, mac) = line.rsplit_once('\t')?;
    let mac = BASE64.decode(mac).ok()?;
    let parts: [&[u8]; 3] = [LABEL, last_mac, json.as_bytes()];
    if !key.verifies(&parts, &mac) {
        return None;
    }
    let line: LedgerLine = serde_json::from_str(json).ok()?;
    (line.n == number).then_some((line, mac))
}

/// A ledger's file, read.
struct ReadLedger {
    lines: Vec<LedgerLine>,
    whole: u64,
    last_mac: Vec<u8>,
}

fn offset(len: u64) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

fn read_lines(path: &Path, bytes: &[u8], key: &MacKey) -> Result<ReadLedger, LedgerError> {
    let mut read = ReadLedger {
        lines: Vec::new(),
        whole: 0,
        last_mac: Vec::new(),
    };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else {
            // Torn: the act it announced was not begun.
            break;
        };
        let number = read.lines.len() as u64;
        let parse = || {
            let text = std::str::from_utf8(text).ok()?;
            parse_line(text, number, &read.last_mac, key)
        };
        let (parsed, mac) = parse().ok_or_else(|| LedgerError::Altered {
            path: path.to_owned(),
            line: number + 1,
        })?;
        read.lines.push(parsed);
        read.last_mac = mac;
        read.whole += line.len() as u64;
    }
    Ok(read)
}

/// Reads a copy of a ledger under its key.
pub(crate) fn read_copy(path: &Path, key: &MacKey) -> Result<Vec<LedgerLine>, LedgerError> {
    let bytes = fs::read(path).map_err(|source| LedgerError::File {
        path: path.to_owned(),
        source,
    })?;
    Ok(read_lines(path, &bytes, key)?.lines)
}

impl Keeper {
    /// Appends acts to the ledger; they are durable when this returns.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written: the acts must not be done then.
    pub fn note_in_ledger(&self, acts: Vec<LedgerAct>) -> Result<(), Refusal> {
        let now_ms = self.around.clock.now_ms();
        let failed = |error: LedgerError| Refusal::LedgerUnavailable(error.to_string());
        if self.is_shared() {
            return self.note_in_shared_ledger(now_ms, acts);
        }
        let service = self.service();
        let mut ledger = self.ledger();
        ledger
            .append(now_ms, acts, &service.credentials)
            .map_err(failed)
    }

    /// Appends to the ledger that all vaults write, and to this folder's copy of it.
    fn note_in_shared_ledger(&self, now_ms: i64, acts: Vec<LedgerAct>) -> Result<(), Refusal> {
        let failed = |error: LedgerError| Refusal::LedgerUnavailable(error.to_string());
        let unreachable = |refusal: Refusal| Refusal::LedgerUnavailable(refusal.to_string());
        let mut state = self.admission();
        let mut ledger = self.ledger();
        let key = &self.service().credentials;
        let Some(journal) = &mut state.journal else {
            return ledger.append(now_ms, acts, key).map_err(failed);
        };
        let lines = journal.take_turn(|turn| {
            for chunk in turn.of_segment(LEDGER, 0, offset(ledger.len))? {
                ledger.copy(&chunk.bytes, key).map_err(failed)?;
            }
            let lines = ledger.describe(now_ms, acts, key);
            turn.append_shared(&Chunk {
                origin: LEDGER.to_owned(),
                segment: 0,
                at: offset(ledger.len),
                turn: turn.number(),
                bytes: lines.text.clone().into_bytes(),
            })?;
            Ok(lines)
        });
        ledger.write(lines.map_err(unreachable)?).map_err(failed)
    }

    /// Brings this folder's copy of the shared ledger up to now.
    pub(crate) fn copy_shared_ledger(&self) -> Result<(), Refusal> {
        let failed = |error: LedgerError| Refusal::LedgerUnavailable(error.to_string());
        let mut state = self.admission();
        let mut ledger = self.ledger();
        let key = &self.service().credentials;
        let Some(journal) = &mut state.journal else {
            return Ok(());
        };
        journal.peek(|turn| {
            for chunk in turn.of_segment(LEDGER, 0, offset(ledger.len))? {
                ledger.copy(&chunk.bytes, key).map_err(failed)?;
            }
            Ok(())
        })
    }

    /// Reads a copy of the ledger.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a line is not this installation's.
    pub fn read_ledger(&self, path: &Path) -> Result<Vec<LedgerLine>, KeeperError> {
        Ok(read_copy(path, &self.service().credentials)?)
    }
}

/// Writes a subject's id for the ledger.
pub(crate) fn subject_text(subject: &SubjectId) -> String {
    hex(subject.as_bytes())
}

/// Writes a record's id for the ledger.
pub(crate) fn record_text(record: &RecordId) -> String {
    let category = [record.category.number()];
    [
        hex(record.subject.as_bytes()),
        hex(record.order.as_bytes()),
        hex(&category),
    ]
    .concat()
}

/// Writes bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hexadecimal bytes; `None` when it is anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_crypto::SecretKey;

    fn key() -> MacKey {
        MacKey::new(&SecretKey::take(&mut [7; 32]))
    }

    fn revoked(key: &str) -> LedgerAct {
        LedgerAct::Revoked {
            key: key.to_owned(),
        }
    }

    fn three_lines(path: &Path) {
        let mut ledger = Ledger::open(path, &key()).unwrap();
        ledger
            .append(1, vec![revoked("a"), revoked("b")], &key())
            .unwrap();
        ledger.append(2, vec![revoked("c")], &key()).unwrap();
    }

    #[test]
    fn a_ledger_is_read_back_and_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger/ledger.jsonl");
        three_lines(&path);
        let mut again = Ledger::open(&path, &key()).unwrap();
        again.append(3, vec![revoked("d")], &key()).unwrap();
        let read = read_lines(&path, &fs::read(&path).unwrap(), &key()).unwrap();
        let numbers: Vec<u64> = read.lines.iter().map(|line| line.n).collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
    }

    #[test]
    fn a_line_that_was_changed_or_taken_out_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        three_lines(&path);
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let changed = text.replacen("\"b\"", "\"x\"", 1);
        let shortened = format!("{}\n{}\n", lines[0], lines[2]);
        for forged in [changed, shortened] {
            let outcome = read_lines(&path, forged.as_bytes(), &key());
            assert!(matches!(outcome, Err(LedgerError::Altered { line: 2, .. })));
        }
    }

    #[test]
    fn a_torn_last_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        three_lines(&path);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let mut ledger = Ledger::open(&path, &key()).unwrap();
        ledger.append(9, vec![revoked("e")], &key()).unwrap();
        let read = read_lines(&path, &fs::read(&path).unwrap(), &key()).unwrap();
        assert_eq!(read.lines.len(), 3);
        assert_eq!(read.lines[2].act, revoked("e"));
    }
}
