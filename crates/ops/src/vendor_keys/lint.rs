//! What should be put right about credentials at vendors.

use super::VendorKeyView;
use crate::{Error, Vault};
use jiff::civil::Date;
use lethe_keeper::{Credential, Severity};
use serde::Serialize;

/// This many kinds of records are more than one purpose needs.
const CATEGORIES_MAX: usize = 3;
/// What was stated longer ago than this, in days, is not known any more.
const STALE_DAYS: i32 = 90;

/// Something that should be put right about a credential at a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorFinding {
    /// The entry of the list.
    pub vendor_key: String,
    /// Which rule found it. Stable.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub advice: &'static str,
}

impl Vault {
    /// Looks at every credential on the list; the worst findings first.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`.
    pub fn lint_vendor_keys(&self, by: &Credential) -> Result<Vec<VendorFinding>, Error> {
        let today = self.policy().today(self.around.clock.now()).to_date();
        let all = self.list_vendor_keys(by)?;
        let mut found: Vec<_> = all.iter().flat_map(|one| lint(one, today)).collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.severity));
        Ok(found)
    }
}

fn lint(key: &VendorKeyView, today: Date) -> Vec<VendorFinding> {
    let mut found = Vec::new();
    let name = &key.reach.label;
    let mut find = |rule, severity, sentence: String, advice| {
        found.push(VendorFinding {
            vendor_key: key.id.clone(),
            rule,
            severity,
            sentence,
            advice,
        });
    };
    let days_since = |day: Date| (today - day).get_days();
    if key.owner.is_none() {
        find(
            "no-owner",
            Severity::Warning,
            format!("nobody answers for {name}"),
            "name somebody who knows what it is for, or revoke it at the vendor",
        );
    }
    let rotated = days_since(key.rotated_on.unwrap_or(key.created_on));
    if rotated >= 90 {
        let severity = if rotated >= 180 {
            Severity::Warning
        } else {
            Severity::Notice
        };
        find(
            "not-rotated",
            severity,
            format!("the secret of {name} is {rotated} days old"),
            "replace it at the vendor, and note the day here",
        );
    }
    // One that was never used is as old as it is.
    let unused = days_since(key.used_on.unwrap_or(key.created_on));
    if unused >= 30 {
        let severity = if unused >= 90 {
            Severity::Warning
        } else {
            Severity::Notice
        };
        let since = match key.used_on {
            Some(_) => format!("{name} was last used {unused} days ago, as far as is noted"),
            None => format!("no use of {name} is noted in the {unused} days since it was made"),
        };
        find(
            "unused",
            severity,
            since,
            "revoke it at the vendor, or note when it was last used",
        );
    }
    if key.can_export {
        find(
            "can-export",
            Severity::Warning,
            format!("{name} can take many customers at once"),
            "take the right to export away, or give it to fewer people",
        );
    }
    match key.expires_on {
        None => find(
            "no-expiry",
            Severity::Notice,
            format!("{name} never ends"),
            "let it end at the vendor if that is possible; else put a day for its rotation in the calendar",
        ),
        Some(end) if end < today => find(
            "expired",
            Severity::Notice,
            format!("{name} has ended"),
            "take it off the list, or note its new end",
        ),
        Some(_) => (),
    }
    if let Some(why) = too_wide(key) {
        find(
            "too-wide",
            Severity::Warning,
            format!("{name} {why}"),
            "make another one with what its purpose needs, and revoke this one",
        );
    }
    if !key.has_networks {
        find(
            "no-network-limit",
            Severity::Notice,
            format!("{name} works from anywhere"),
            "limit it to your networks if the vendor can; for a seat, demand single sign-on",
        );
    }
    let is_stale = |day: &Date| days_since(*day) > STALE_DAYS;
    match (key.reach.source, key.people_on) {
        ("unknown", _) => find(
            "reach-unknown",
            Severity::Warning,
            format!("nobody knows how many people {name} reaches"),
            "name the recipient that feeds it, or count at the vendor and note it here",
        ),
        ("stated", Some(day)) if is_stale(&day) => find(
            "reach-stale",
            Severity::Notice,
            format!("how many people {name} reaches was last noted on {day}"),
            "count again at the vendor, and note it here",
        ),
        _ => (),
    }
    found
}

/// Says in what way one may do more than a purpose needs.
fn too_wide(key: &VendorKeyView) -> Option<String> {
    let is_wide = |scope: &&String| {
        let scope = scope.to_ascii_lowercase();
        let mut words = scope.split(|c: char| !c.is_ascii_alphanumeric() && c != '*');
        words.any(|word| matches!(word, "*" | "all" | "admin" | "full" | "write" | "owner"))
    };
    if let Some(scope) = key.scopes.iter().find(is_wide) {
        return Some(format!("may do more than read what it needs: `{scope}`"));
    }
    let kinds = key.categories.len();
    (kinds > CATEGORIES_MAX).then(|| format!("reads {kinds} kinds of records"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VendorReach;
    use jiff::civil::date;

    fn good() -> VendorKeyView {
        VendorKeyView {
            id: "vkey_1".to_owned(),
            vendor: "Postmark".to_owned(),
            kind: "api-key".to_owned(),
            label: "mail".to_owned(),
            owner: Some("ada".to_owned()),
            scopes: vec!["read_customers".to_owned()],
            categories: vec!["contact".to_owned()],
            created_on: date(2026, 1, 1),
            rotated_on: Some(date(2026, 2, 1)),
            used_on: Some(date(2026, 3, 1)),
            expires_on: Some(date(2026, 12, 1)),
            can_export: false,
            has_networks: true,
            recipient: None,
            people: Some(40),
            people_on: Some(date(2026, 2, 1)),
            reach: VendorReach {
                vendor_key: "vkey_1".to_owned(),
                label: "Postmark: mail".to_owned(),
                people: Some(40),
                fields: Vec::new(),
                source: "stated",
            },
        }
    }

    fn rules(change: impl FnOnce(&mut VendorKeyView), on: Date) -> Vec<(&'static str, Severity)> {
        let mut key = good();
        change(&mut key);
        let found = lint(&key, on);
        found.iter().map(|one| (one.rule, one.severity)).collect()
    }

    #[test]
    fn one_that_is_kept_well_is_not_complained_about() {
        assert_eq!(rules(|_| (), date(2026, 3, 2)), []);
    }

    #[test]
    fn each_rule_finds_what_it_is_for() {
        let on = date(2026, 3, 2);
        let one = |change: fn(&mut VendorKeyView)| rules(change, on);
        use Severity::{Notice, Warning};
        assert_eq!(one(|key| key.owner = None), [("no-owner", Warning)]);
        assert_eq!(one(|key| key.can_export = true), [("can-export", Warning)]);
        assert_eq!(one(|key| key.expires_on = None), [("no-expiry", Notice)]);
        assert_eq!(
            one(|key| key.expires_on = Some(date(2026, 3, 1))),
            [("expired", Notice)]
        );
        assert_eq!(
            one(|key| key.has_networks = false),
            [("no-network-limit", Notice)]
        );
        assert_eq!(
            one(|key| key.scopes.push("write_customers".to_owned())),
            [("too-wide", Warning)]
        );
        assert_eq!(
            one(|key| key.categories = vec!["contact".to_owned(); 4]),
            [("too-wide", Warning)]
        );
        assert_eq!(
            one(|key| key.reach.source = "unknown"),
            [("reach-unknown", Warning)]
        );
        assert_eq!(
            one(|key| key.people_on = Some(date(2025, 11, 1))),
            [("reach-stale", Notice)]
        );
    }

    #[test]
    fn age_and_disuse_grow_worse_with_time() {
        use Severity::{Notice, Warning};
        let rotated = |days: i64| {
            let on = date(2026, 6, 1);
            let day = on - jiff::Span::new().days(days);
            rules(
                |key| {
                    key.created_on = date(2024, 1, 1);
                    key.rotated_on = Some(day);
                    key.used_on = Some(on);
                    key.people_on = Some(on);
                },
                on,
            )
        };
        assert_eq!(rotated(89), []);
        assert_eq!(rotated(90), [("not-rotated", Notice)]);
        assert_eq!(rotated(180), [("not-rotated", Warning)]);
        let unused = |days: i64| {
            let on = date(2026, 6, 1);
            let day = on - jiff::Span::new().days(days);
            rules(
                |key| {
                    key.rotated_on = Some(on);
                    key.used_on = Some(day);
                    key.people_on = Some(on);
                },
                on,
            )
        };
        assert_eq!(unused(29), []);
        assert_eq!(unused(30), [("unused", Notice)]);
        assert_eq!(unused(90), [("unused", Warning)]);
    }
}
