//! The name of a backup's file. It is all that is told outside the encryption, and enough to list
//! and to destroy by.

use crate::{BackupId, Class};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::fmt;

/// What a file name says.
///
/// `lethe-keyring-20261126T231500Z-0123456789abcdef-until-20261231T231500Z.age`, and for an
/// incremental data backup `-on-` and the id of its base before `.age`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName {
    /// What it holds.
    pub class: Class,
    /// When it was made, Unix milliseconds; whole seconds.
    pub created_at_ms: i64,
    /// Its id.
    pub id: BackupId,
    /// When it must be destroyed, Unix milliseconds; whole seconds.
    pub destroy_after_ms: i64,
    /// The backup it continues.
    pub base: Option<BackupId>,
}

impl FileName {
    /// Reads a name; `None` when it is not a backup's.
    pub fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("lethe-")?.strip_suffix(".age")?;
        let (class, rest) = rest.split_once('-')?;
        let (created, rest) = rest.split_once('-')?;
        let (id, rest) = rest.split_once("-until-")?;
        let (until, base) = match rest.split_once("-on-") {
            Some((until, base)) => (until, Some(BackupId::parse(base)?)),
            None => (rest, None),
        };
        let parsed = Self {
            class: Class::parse(class)?,
            created_at_ms: parse_second(created)?,
            id: BackupId::parse(id)?,
            destroy_after_ms: parse_second(until)?,
            base,
        };
        // One spelling for each: what is written back is what was read.
        (parsed.to_string() == name).then_some(parsed)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (created, until) = (second(self.created_at_ms), second(self.destroy_after_ms));
        write!(
            f,
            "lethe-{}-{created}-{}-until-{until}",
            self.class, self.id
        )?;
        if let Some(base) = self.base {
            write!(f, "-on-{base}")?;
        }
        f.write_str(".age")
    }
}

const SECOND: &str = "%Y%m%dT%H%M%SZ";

fn second(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX);
    at.strftime(SECOND).to_string()
}

fn parse_second(text: &str) -> Option<i64> {
    let at = DateTime::strptime(SECOND, text).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?;
    Some(at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FULL: &str = "lethe-keyring-20261126T231500Z-0123456789abcdef-until-20261231T231500Z.age";
    const NEXT: &str = "lethe-data-20261126T231500Z-0123456789abcdef-until-20311126T231500Z-on-00000000000000ff.age";

    #[test]
    fn names_are_read_back_and_have_one_spelling() {
        for name in [FULL, NEXT] {
            assert_eq!(FileName::parse(name).unwrap().to_string(), name);
        }
        assert!(FileName::parse(NEXT).unwrap().base.is_some());
        for wrong in [
            FULL.replace("keyring", "root"),
            FULL.replace("0123456789abcdef", "0123456789ABCDEF"),
            FULL.replace("20261126", "20261326"),
            FULL.replace(".age", ".age.partial"),
            FULL.replace("-until-", "-"),
            format!("{FULL}\n"),
        ] {
            assert_eq!(FileName::parse(&wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(lethe-)?(data|keyring|-|[0-9TZ]{1,16}|until|on){0,9}(.age)?") {
            if let Some(name) = FileName::parse(&text) {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
