//! The destruction record of a retention run.

use crate::signed::{ReceiptError, sign, verify};
use jiff::Timestamp;
use jiff::civil::Date;
use lethe_tlog::{NoteSigner, VerifierKey};
use serde::{Deserialize, Serialize};

const TITLE: &str = "lethe destruction record v1";

/// What a run moved and destroyed, under which rule, and what it held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestructionRecord {
    /// The run's public id.
    pub run_id: String,
    /// Who answers for the data.
    pub controller: String,
    /// The shop.
    pub store: String,
    /// The policy's label.
    pub policy_revision: String,
    /// SHA-256 of the policy's text.
    pub policy_sha256: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Who started it.
    pub started_by: String,
    /// The day it judged by.
    pub today: Date,
    /// By rule and action.
    pub rules: Vec<RuleDone>,
    /// People, and archived orders, forgotten wholly.
    pub people_forgotten: u64,
    /// What was due and stays.
    pub held_back: Vec<HeldBack>,
    /// The first entry in the access log.
    pub log_from: u64,
    /// The last.
    pub log_to: u64,
    /// When the last keyring backup is destroyed that could still open what was destroyed.
    pub last_keyring_backup: Date,
}

/// One rule's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDone {
    /// The rule.
    pub name: String,
    /// The kind of record.
    pub category: String,
    /// What was done.
    pub action: Action,
    /// To how many records.
    pub records: u64,
    /// The legal reference.
    pub reference: String,
    /// The earliest day their terms counted from.
    pub earliest_start: Option<Date>,
    /// The latest.
    pub latest_start: Option<Date>,
}

/// What was done to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The sorted part moved to the archive, the rest was destroyed.
    Archived,
    /// Destroyed.
    Erased,
    /// Destroyed, and counted in the statistics.
    Anonymised,
}

/// Records that were due and stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldBack {
    /// Why.
    pub reason: String,
    /// How many.
    pub records: u64,
}

impl Action {
    /// Returns it in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Archived => "sorted into the archive",
            Self::Erased => "erased",
            Self::Anonymised => "anonymised",
        }
    }
}

impl DestructionRecord {
    /// Writes and signs the record.
    pub fn sign(&self, signer: &NoteSigner) -> String {
        let line = format!(
            "{}: {} records, run {} for {}",
            self.controller,
            self.records(),
            self.run_id,
            self.today
        );
        sign(TITLE, &line, self, signer)
    }

    /// Checks a record's signature and reads it.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`].
    pub fn verify(text: &str, key: &VerifierKey) -> Result<Self, ReceiptError> {
        verify(TITLE, text, key)
    }

    /// Returns how many records were moved or destroyed.
    pub fn records(&self) -> u64 {
        self.rules.iter().map(|rule| rule.records).sum()
    }

    /// Writes it for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |one: String| {
            text.push_str(&one);
            text.push('\n');
        };
        line(format!("Destruction record {}", self.run_id));
        line(format!("{} (shop {})", self.controller, self.store));
        line(format!(
            "Policy {} ({}…), judged for {}, started by {}",
            self.policy_revision,
            self.policy_sha256.chars().take(12).collect::<String>(),
            self.today,
            self.started_by
        ));
        line(format!("{} to {}", self.started_at, self.finished_at));
        line(String::new());
        for rule in &self.rules {
            let span = match (rule.earliest_start, rule.latest_start) {
                (Some(first), Some(last)) => format!(", terms counted from {first} to {last}"),
                _ => String::new(),
            };
            line(format!(
                "{:>9}  {} {}: rule {:?}{span}",
                rule.records,
                rule.category,
                rule.action.words(),
                rule.name,
            ));
            line(format!("           {}", rule.reference));
        }
        if self.rules.is_empty() {
            line("Nothing was due.".into());
        }
        line(format!(
            "{:>9}  people and archived orders forgotten wholly",
            self.people_forgotten
        ));
        for held in &self.held_back {
            line(format!(
                "{:>9}  due and kept: {}",
                held.records, held.reason
            ));
        }
        line(String::new());
        line(format!(
            "Access log entries {} to {}.",
            self.log_from, self.log_to
        ));
        line(format!(
            "The keys are gone from the live system. Copies in backups of the keyring open until {}, when the last of them is destroyed.",
            self.last_keyring_backup
        ));
        text
    }
}
