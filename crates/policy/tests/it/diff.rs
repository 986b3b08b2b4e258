//! What changes from one policy to the next, and which changes wait.

use insta::assert_snapshot;
use lethe_policy::Policy;

use crate::support::{changed, changed_rule, default};

const OUTLET: &str = "[[rule]]\nname = \"outlet\"\ncategory = \"delivery\"\nstore = \"outlet\"\n\
                      start = \"last-event\"\nperiod = \"P1M\"\nthen = \"erase\"\n\
                      basis = \"b\"\nreference = \"r\"\n\
                      substitutes = [{ start = \"ordered\", plus = \"P1Y\" }]\n\n[backups]";

/// Says what a diff is: earlier, longer, both or neither.
fn way(older: &Policy, newer: &Policy) -> (bool, bool) {
    let diff = older.diff(newer);
    (diff.destroys_earlier, diff.keeps_longer)
}

const EARLIER: (bool, bool) = (true, false);
const LONGER: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);
const NEITHER: (bool, bool) = (false, false);

#[test]
fn comments_and_labels_change_nothing() {
    assert_eq!(default().diff(&default()).to_string(), "Nothing changes.");
    assert_eq!(
        way(
            &default(),
            &changed("# The last day", "# The very last day")
        ),
        NEITHER
    );
    assert_eq!(
        way(&default(), &changed("2026-11-fr", "2026-12-fr")),
        NEITHER
    );
    assert_eq!(
        way(
            &default(),
            &changed_rule("delivery", "GDPR Art. 6(1)(b)", "contract")
        ),
        NEITHER
    );
    assert_eq!(
        way(
            &default(),
            &changed_rule("delivery", "\"erase\"", "\"anonymise\"")
        ),
        NEITHER
    );
    assert_eq!(way(&default(), &changed("\"P10Y\"", "\"P120M\"")), NEITHER);
}

#[test]
fn each_change_goes_the_other_way_back() {
    let pairs = [
        changed_rule("delivery", "\"P3M\"", "\"P2M\""),
        changed_rule("invoice", "\"P10Y\"", "\"P9Y11M\""),
        changed_rule("invoice", "minimum = true", "minimum = false"),
        changed_rule("invoice", "\"invoice.company\", ", ""),
        changed("total_at_least = 12000", "total_at_least = 15000"),
        changed("\"P11Y\"", "\"P10Y6M\""),
        changed("data = \"P5Y\"", "data = \"P1Y\""),
        changed(
            "open_events_at_most = \"P3Y\"",
            "open_events_at_most = \"P2Y\"",
        ),
    ];
    for policy in pairs {
        assert_eq!(
            way(&default(), &policy),
            EARLIER,
            "{}",
            default().diff(&policy)
        );
        assert_eq!(
            way(&policy, &default()),
            LONGER,
            "{}",
            policy.diff(&default())
        );
    }
}

#[test]
fn what_cannot_be_told_waits() {
    for policy in [
        changed_rule("delivery", "\"last-event\"", "\"shipped\""),
        changed_rule("delivery", "plus = \"P1Y\"", "plus = \"P2Y\""),
        changed_rule("delivery", "\"P3M\"", "\"P91D\""),
        changed_rule("invoice", "name = \"accounting\"", "name = \"books\""),
        changed_rule("invoice", "\"owed\"", "\"paid\""),
        changed_rule("contact", "\"notification\"", "\"financial-year\""),
        changed("currency = \"EUR\"", "currency = \"CHF\""),
        changed("Europe/Paris", "Europe/London"),
        changed("\"12-31\"", "\"06-30\""),
    ] {
        assert_eq!(
            way(&default(), &policy),
            BOTH,
            "{}",
            default().diff(&policy)
        );
        assert_eq!(
            way(&policy, &default()),
            BOTH,
            "{}",
            policy.diff(&default())
        );
    }
}

#[test]
fn a_shop_s_own_rule_is_compared_with_the_general_one_it_replaces() {
    let shorter = changed("[backups]", OUTLET);
    assert_eq!(way(&default(), &shorter), EARLIER);
    assert_eq!(way(&shorter, &default()), LONGER);
    let longer = changed("[backups]", &OUTLET.replace("P1M", "P6M"));
    assert_eq!(way(&default(), &longer), LONGER);
    assert_eq!(
        way(&longer, &default()),
        EARLIER,
        "the general rule is shorter"
    );
}

#[test]
fn a_general_rule_that_changes_is_told_of_once_although_shops_have_their_own() {
    let older = changed("[backups]", OUTLET);
    let newer = Policy::parse(&older.text().replacen("\"P3M\"", "\"P4M\"", 1)).unwrap();
    assert_eq!(older.diff(&newer).changes.len(), 1);
}

#[test]
fn a_loosened_brake_waits_and_a_tightened_one_does_not() {
    for (key, value, looser) in [
        ("first_run_at_most", "1000", "1001"),
        ("per_day_at_most", "10000", "10001"),
        ("erasures_per_day_at_most", "50", "51"),
        ("request_delay", "\"P2D\"", "\"P1D\""),
        ("shorter_policy_delay", "\"P3D\"", "\"P1D\""),
        ("clock_jump_at_most", "\"P7D\"", "\"P8D\""),
    ] {
        let looser = changed(&format!("{key} = {value}"), &format!("{key} = {looser}"));
        assert_eq!(way(&default(), &looser), EARLIER, "{key}");
        assert_eq!(way(&looser, &default()), NEITHER, "{key}");
    }
}

#[test]
fn a_diff_is_read_line_by_line() {
    let mut text = Policy::DEFAULT_TEXT
        .replacen("\"P3M\"", "\"P2M\"", 1)
        .replace("\"P35D\"", "\"P20D\"")
        .replace("per_day_at_most = 10000", "per_day_at_most = 20000")
        .replace("total_at_least = 12000", "total_at_least = 10000")
        .replace("2026-11-fr", "2027-01-fr")
        .replace("\"invoice.company\", ", "");
    text = text.replace("[backups]", OUTLET);
    let newer = Policy::parse(&text).unwrap();
    assert_snapshot!(default().diff(&newer));
}
