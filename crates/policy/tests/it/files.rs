//! What is wrong with a file is told at once, with its line and what to do.

use insta::assert_snapshot;
use lethe_policy::Policy;

use crate::support::{changed, changed_rule, changed_text};

fn errors(text: &str) -> String {
    Policy::parse(text)
        .expect_err("a broken policy")
        .to_string()
}

#[test]
fn everything_wrong_is_told_at_once_in_the_order_of_the_lines() {
    let text = r#"
format = 1
revision = ""
time_zone = "Europe/Lyon"
open_events_at_most = "P0D"
colour = "red"
unruled = ["support", "docs"]

[financial_year]
ends = "04-31"

[[rule]]
name = "delivery"
category = "delivry"
store = "Main Shop"
start = "last-contact"
period = "-P3M"
then = "destroy"
basis = "contract"

[[rule]]
name = "invoice"
category = "invoice"
start = "created"
period = "P200Y"
then = "archive"
basis = "law"
reference = "C. com."
substitutes = [{ start = "ordered", plus = "PT5H" }, { begin = "paid" }]

[rule.archive]
fields = ["invoice.name", "delivery.street", 5]
sealed_to = "moon"

[[rule.archive.keep]]
name = "accounting"
start = "paid"
period = "P10Y"
minimum = "yes"
when = { total_at_least = 0, currency = "eur" }

[[rule]]
name = "account"
category = "account"
start = "last-contact"
period = "P2Y"
then = "archive"
basis = "law"
reference = "none"
extra = 1

[backups]
keyring = "P90D"

[statistics]
minimum_group = 2
amount_bands = [5000, 100]
other = "Other"
products = [{ name = "Wallets", skus = ["*LW"] }]

[safety]
first_run_at_most = 0
per_day_at_most = 1.5
erasures_per_day_at_most = -1
request_delay = "2 days"
shorter_policy_delay = 3
"#;
    assert_snapshot!(errors(text));
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    assert_snapshot!(errors("format = 1\nrevision = \n[[rule]\n"));
}

#[test]
fn a_later_format_is_refused_without_further_complaints() {
    assert_snapshot!(errors("format = 2\nnew = true\n"));
}

#[test]
fn two_rules_for_the_same_records_are_refused() {
    let double = "[[rule]]\nname = \"again\"\ncategory = \"support\"\nstart = \"shipped\"\n\
                  period = \"P1M\"\nthen = \"erase\"\nbasis = \"b\"\nreference = \"r\"\n\n[backups]";
    assert_snapshot!(errors(&changed_text("[backups]", double)));
    let own = double.replace("then", "store = \"outlet\"\nthen");
    let twice = format!(
        "{}{}",
        own.replace("[backups]", ""),
        own.replace("again", "more")
    );
    assert_snapshot!(errors(&changed_text("[backups]", &twice)));
}

#[test]
fn a_category_nobody_decided_about_is_refused() {
    let text = changed_text(
        "category = \"support\"",
        "category = \"support\"\nstore = \"outlet\"",
    );
    assert_snapshot!(errors(&text));
    let both = changed_text("format = 1", "format = 1\nunruled = [\"support\"]");
    assert_snapshot!(errors(&both));
}

#[test]
fn a_misplaced_archive_and_a_repeated_name_are_refused() {
    let texts = [
        changed_text("then = \"archive\"", "then = \"erase\""),
        changed_text("name = \"consumer contract\"", "name = \"accounting\""),
        changed_text("name = \"support\"", "name = \"delivery\""),
        changed_text("[\"contact.email\"]", "[]"),
        changed_text(
            "[\"contact.email\"]",
            "[\"contact.email\", \"contact.email\"]",
        ),
        changed_text("{ start = \"created\" }", "{ start = \"last-contact\" }"),
    ];
    let all: Vec<String> = texts.iter().map(|text| errors(text)).collect();
    assert_snapshot!(all.join("\n"));
}

#[test]
fn terms_shorter_than_the_law_asks_for_are_allowed_with_a_warning() {
    let warnings = |policy: Policy| {
        let lines: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
        lines.join("\n")
    };
    assert_snapshot!(warnings(changed_rule("invoice", "\"P10Y\"", "\"P6Y\"")));
    assert_snapshot!(warnings(changed_rule(
        "invoice",
        "minimum = true",
        "minimum = false"
    )));
    assert_snapshot!(warnings(changed_rule(
        "invoice",
        "\"financial-year-end\"",
        "\"paid\""
    )));
    assert_snapshot!(warnings(changed_rule("account", "\"P2Y\"", "\"P4Y\"")));
    assert_snapshot!(warnings(changed("\"P11Y\"", "\"P1Y\"")));
    assert_eq!(
        warnings(changed_rule("invoice", "\"P10Y\"", "\"P120M\"")),
        ""
    );
}

#[test]
fn a_file_too_long_to_be_a_policy_is_refused() {
    let text = format!("{}\n#{}", Policy::DEFAULT_TEXT, "x".repeat(256 * 1024));
    assert_snapshot!(errors(&text));
}

#[test]
fn a_file_made_of_mistakes_is_refused_with_the_first_hundred() {
    let text = format!("format = 1\n{}", "[[rule]]\n".repeat(10_000));
    let errors = Policy::parse(&text).unwrap_err();
    assert_eq!(errors.problems().len(), 100);
    let deep = format!("{}{}", Policy::DEFAULT_TEXT, "[".repeat(100_000));
    assert!(Policy::parse(&deep).is_err());
    let deep = format!("deep = {}\n{}", "[".repeat(50_000), Policy::DEFAULT_TEXT);
    assert!(Policy::parse(&deep).is_err());
}

#[test]
fn what_is_quoted_from_the_file_is_short_and_visible() {
    let long = changed_text("\"P2Y\"", &format!("\"\\u0007{}\"", "9".repeat(500)));
    assert_snapshot!(errors(&long));
}
