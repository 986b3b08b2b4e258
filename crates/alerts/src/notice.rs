//! What is told.

use serde::Serialize;

/// An alert on its way out. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its id, the same each time it is told.
    pub id: String,
    /// When it was raised, RFC 3339.
    pub at: String,
    /// How often it has happened within the hour after.
    pub times: u64,
    /// What it is about: `key-leaked`.
    pub kind: String,
    /// `notice`, `warning` or `alarm`.
    pub severity: String,
    /// The shop.
    pub store: String,
    /// The credential that it is about.
    pub credential: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
    /// What happened and what to do, in a sentence.
    pub text: String,
}

impl Notice {
    /// Returns the notice that `lethe alerts test` sends.
    pub fn test(id: String, at: String) -> Self {
        Self {
            id,
            at,
            times: 1,
            kind: "test".to_owned(),
            severity: "notice".to_owned(),
            store: String::new(),
            credential: None,
            owner: None,
            text: "This is a test of Lethe's alerts: nothing happened.".to_owned(),
        }
    }
}
