//! The difference between two policies, and whether the newer destroys anything earlier. When in
//! doubt it does: then it waits.

mod rules;
mod settings;

use std::fmt;

use serde::Serialize;

use crate::Policy;

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// Whether any record may be destroyed earlier than before, or a brake is loosened.
    pub destroys_earlier: bool,
    /// Whether any record may be kept longer than before.
    pub keeps_longer: bool,
    /// The changes, in words.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where.
    pub place: String,
    /// What.
    pub what: String,
    /// Whether something may be destroyed earlier by it.
    pub destroys_earlier: bool,
    /// Whether something may be kept longer by it.
    pub keeps_longer: bool,
}

/// Which way a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Words only.
    None,
    Earlier,
    Longer,
    /// Some records one way and some the other, or it cannot be told.
    Both,
}

/// Collects changes at one place.
struct Changes<'c> {
    place: String,
    all: &'c mut Vec<Change>,
}

impl<'c> Changes<'c> {
    fn at(place: &str, all: &'c mut Vec<Change>) -> Self {
        Self {
            place: place.to_owned(),
            all,
        }
    }

    fn say(&mut self, what: impl Into<String>, effect: Effect) {
        self.all.push(Change {
            place: self.place.clone(),
            what: what.into(),
            destroys_earlier: matches!(effect, Effect::Earlier | Effect::Both),
            keeps_longer: matches!(effect, Effect::Longer | Effect::Both),
        });
    }
}

impl Policy {
    /// Compares this policy with a newer one.
    pub fn diff(&self, newer: &Self) -> PolicyDiff {
        let mut changes = Vec::new();
        rules::diff(self, newer, &mut changes);
        settings::diff(self, newer, &mut changes);
        PolicyDiff {
            destroys_earlier: changes.iter().any(|change| change.destroys_earlier),
            keeps_longer: changes.iter().any(|change| change.keeps_longer),
            changes,
        }
    }
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return f.write_str("Nothing changes.");
        }
        for change in &self.changes {
            let mark = match (change.destroys_earlier, change.keeps_longer) {
                (true, true) => "±",
                (true, false) => "-",
                (false, true) => "+",
                (false, false) => " ",
            };
            writeln!(f, "{mark} {}: {}", change.place, change.what)?;
        }
        f.write_str(match (self.destroys_earlier, self.keeps_longer) {
            (true, _) => {
                "Records may be destroyed earlier than before (-), or a brake is loosened: such a \
                 policy waits before it is applied."
            }
            (false, true) => {
                "Records are kept longer than before (+); nothing is destroyed earlier."
            }
            (false, false) => "Nothing is destroyed earlier or kept longer than before.",
        })
    }
}
