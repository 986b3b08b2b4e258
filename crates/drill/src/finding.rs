//! What one attack found: numbers that were counted, and the sentence that explains them.

use crate::people::People;
use lethe_model::FieldKind;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "reason")]
pub enum Verdict {
    /// The attack found no more than was promised.
    Kept,
    /// It found more.
    Broken,
    /// Nothing better is promised today; the number is what it is.
    KnownLimit,
    /// The attack was not made, and why.
    NotRun(String),
}

/// The result of one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Its number in the report and in the documentation.
    pub number: u8,
    /// What is stolen.
    pub stolen: String,
    /// People whom the thief can name.
    pub named: u64,
    /// People whom the thief could still reach by going on with what was stolen.
    pub reachable: u64,
    /// The fields the thief holds, with the number of people each is known of.
    pub fields: BTreeMap<&'static str, u64>,
    /// People whom the same theft from an ordinary shop database names, by the same measurement.
    pub shop_named: u64,
    /// What became of the promise.
    pub verdict: Verdict,
    /// What it means, in one or two sentences.
    pub sentence: String,
    /// How it was measured, and what else was counted.
    pub facts: Vec<String>,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Finding {
    /// Begins a finding about nobody.
    pub(crate) fn new(number: u8, stolen: &str) -> Self {
        Self {
            number,
            stolen: stolen.to_owned(),
            named: 0,
            reachable: 0,
            fields: BTreeMap::new(),
            shop_named: 0,
            verdict: Verdict::Kept,
            sentence: String::new(),
            facts: Vec::new(),
            remedy: None,
        }
    }

    pub(crate) fn not_run(number: u8, stolen: &str, reason: &str) -> Self {
        Self {
            verdict: Verdict::NotRun(reason.to_owned()),
            sentence: format!("Not run: {reason}."),
            ..Self::new(number, stolen)
        }
    }
}

/// Of how many people each kind of field is held.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, u64>);

impl Fields {
    /// Counts one person, of whom these kinds are held.
    pub(crate) fn add_person(&mut self, kinds: impl Iterator<Item = FieldKind>) {
        let names: BTreeSet<&'static str> = kinds.map(FieldKind::name).collect();
        for name in names {
            *self.0.entry(name).or_default() += 1;
        }
    }

    /// Returns the counts as they are.
    pub(crate) fn counts(self) -> BTreeMap<&'static str, u64> {
        self.0
    }

    pub(crate) fn extrapolated(self, people: &People) -> BTreeMap<&'static str, u64> {
        let counts = self.0.into_iter();
        counts
            .map(|(name, count)| (name, people.extrapolate(count)))
            .collect()
    }
}
