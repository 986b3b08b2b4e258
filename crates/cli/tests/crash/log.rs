//! What the access log says, read through the program and compared with what was acknowledged.

use crate::folder::Folder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = "1000";

/// An act that the server acknowledged with its place in the log.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) log_index: u64,
    pub(crate) act: &'static str,
    pub(crate) credential: String,
    /// How many people it was about; a look-up may have hit nobody.
    pub(crate) people: std::ops::RangeInclusive<u64>,
}

/// What was seen of a log.
pub(crate) struct Seen {
    /// How many entries it has.
    pub(crate) size: u64,
    /// How many interrupted acts recovery has ended, among the new ones.
    pub(crate) recoveries: u64,
}

/// Verifies the log from its first entry, and compares what is new with what was acknowledged.
pub(crate) fn check(folder: &Folder, acknowledged: &[Acknowledged], from: u64) -> Seen {
    let verified = folder.done(&["log", "verify"]);
    assert_eq!(
        verified["entries"], verified["bodies"],
        "bodies are missing"
    );
    let size = verified["entries"].as_u64().expect("a size");
    let entries = entries(folder, from);
    for index in from..size {
        assert!(entries.contains_key(&index), "entry {index} is missing");
    }
    let mut indexes = BTreeSet::new();
    for one in acknowledged {
        let entry = entries.get(&one.log_index);
        let entry = entry.unwrap_or_else(|| panic!("acknowledged, not in the log: {one:?}"));
        assert_eq!(entry["act"], one.act, "{one:?}");
        assert_eq!(entry["credential"], one.credential, "{one:?}");
        assert!(entry["denied"].is_null(), "{one:?}");
        let people = entry["subjects"].as_u64().expect("a count");
        assert!(one.people.contains(&people), "{one:?}: {people} people");
        assert!(
            indexes.insert(one.log_index),
            "two acknowledged acts share an entry: {one:?}"
        );
    }
    let recoveries = ended(&entries);
    Seen { size, recoveries }
}

/// Asserts that every act which changes things has an outcome.
fn ended(entries: &BTreeMap<u64, Value>) -> u64 {
    let mut outcomes: BTreeMap<u64, u64> = BTreeMap::new();
    for entry in entries.values() {
        if let Some(intent) = entry["intent"].as_u64() {
            let begun = entries.get(&intent);
            assert!(
                begun.is_none_or(|begun| begun["phase"] == "intent"),
                "an outcome of what was no intent"
            );
            *outcomes.entry(intent).or_default() += 1;
        }
    }
    for (index, entry) in entries {
        let is_tracked =
            ["intake", "erase", "retention"].contains(&entry["act"].as_str().unwrap_or_default());
        if entry["phase"] == "intent" && is_tracked {
            assert!(
                outcomes.contains_key(index),
                "entry {index} has no outcome: {entry}"
            );
        }
    }
    let recoveries = entries.values().filter(|entry| entry["act"] == "recovery");
    recoveries.count() as u64
}

/// Reads the entries from an index on.
fn entries(folder: &Folder, from: u64) -> BTreeMap<u64, Value> {
    let mut entries = BTreeMap::new();
    loop {
        let before = entries
            .keys()
            .next()
            .map_or(u64::MAX >> 1, |index: &u64| *index);
        let page = folder.done(&[
            "log",
            "show",
            "--limit",
            PAGE,
            "--before",
            &before.to_string(),
        ]);
        let page = page["entries"].as_array().expect("entries").clone();
        for entry in page {
            let index = entry["index"].as_u64().expect("an index");
            entries.insert(index, entry);
        }
        if entries.keys().next().is_none_or(|first| *first <= from) {
            return entries.split_off(&from);
        }
    }
}
