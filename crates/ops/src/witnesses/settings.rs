//! `witnesses.toml` in the data folder: who countersigns the log.

use crate::Error;
use lethe_tlog::{SignatureKind, VerifierKey};
use serde::Deserialize;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;

/// The file's name in the data folder.
pub const WITNESSES_FILE: &str = "witnesses.toml";

/// Who countersigns, how many must, and what follows when they do not.
#[derive(Debug, Clone)]
pub struct WitnessSettings {
    /// How many cosignatures a checkpoint needs.
    pub quorum: usize,
    /// Whether the vault refuses to start while too few witnesses answer.
    pub required: bool,
    /// Whether nothing is revealed once a witness knows another history, until the operator explains.
    pub withhold: bool,
    /// An alert is raised when a witness lacks more entries than this for as long as `lag_seconds`.
    pub lag_entries: u64,
    /// See there.
    pub lag_seconds: u64,
    /// The witnesses.
    pub witnesses: Vec<WitnessEntry>,
}

/// A witness.
#[derive(Debug, Clone)]
pub struct WitnessEntry {
    /// What it is called here.
    pub name: String,
    /// Its verifier key (C2SP signed-note, type `0x04`).
    pub key: VerifierKey,
    /// Where it is: `add-checkpoint` is asked for below.
    pub url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    quorum: usize,
    #[serde(default)]
    required: bool,
    #[serde(default = "yes")]
    withhold: bool,
    #[serde(default)]
    lag_entries: u64,
    #[serde(default = "ten_minutes")]
    lag_seconds: u64,
    witness: Vec<RawWitness>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWitness {
    name: String,
    key: String,
    url: String,
}

impl WitnessSettings {
    /// Reads the file of a data folder; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When there is one and it cannot be read or used.
    pub fn read(data: &Path) -> Result<Option<Self>, Error> {
        Self::read_file(&data.join(WITNESSES_FILE))
    }

    /// Reads a file of this form, wherever it lies; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_file(path: &Path) -> Result<Option<Self>, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(format!("cannot read {}", path.display()))(
                error,
            )),
        }
    }

    /// Parses the file's text.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |reason: String| Error::invalid("witnesses.toml", reason);
        let raw: Raw = toml::from_str(text).map_err(|error| bad(error.message().to_owned()))?;
        let mut witnesses = Vec::new();
        let (mut names, mut keys) = (HashSet::new(), HashSet::new());
        for one in raw.witness {
            let key: VerifierKey = one
                .key
                .trim()
                .parse()
                .map_err(|_| bad(format!("{}: `key` is no verifier key", one.name)))?;
            if key.kind() != SignatureKind::CosignatureV1 {
                let reason = "`key` is a log's, not a witness's (type 4)";
                return Err(bad(format!("{}: {reason}", one.name)));
            }
            // One witness under two names could fill a quorum alone.
            if !names.insert(one.name.clone()) || !keys.insert(*key.public_key()) {
                return Err(bad(format!("{} is named twice", one.name)));
            }
            let url = one.url.trim().trim_end_matches('/').to_owned();
            if !url.starts_with("https://") && !url.starts_with("http://") {
                let reason = "`url` must begin with https:// or http://";
                return Err(bad(format!("{}: {reason}", one.name)));
            }
            witnesses.push(WitnessEntry {
                name: one.name,
                key,
                url,
            });
        }
        if raw.quorum == 0 || raw.quorum > witnesses.len() {
            let reason = format!("`quorum` must be 1 to {}", witnesses.len());
            return Err(bad(reason));
        }
        Ok(Self {
            quorum: raw.quorum,
            required: raw.required,
            withhold: raw.withhold,
            lag_entries: raw.lag_entries,
            lag_seconds: raw.lag_seconds,
            witnesses,
        })
    }
}

fn yes() -> bool {
    true
}

fn ten_minutes() -> u64 {
    600
}
