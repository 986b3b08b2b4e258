//! Each kind: found, named, placed, and nothing of it told.

use crate::invented::{self, Chance, derived_key, lethe_key, session_key};
use lethe_keyscan::{Evidence, Fingerprint, Scanner, Vendor};

#[test]
fn a_key_of_every_kind_is_found_once_and_by_its_own_rule() {
    let scanner = Scanner::new();
    let chance = Chance::new(1);
    let invented = invented::all(&chance);
    for (_, _, rule) in Scanner::kinds() {
        assert!(
            invented.iter().any(|one| one.0 == rule),
            "no key of {rule} is tried"
        );
    }
    for round in 0..20 {
        for (rule, before, key) in invented::all(&Chance::new(round)) {
            let text = format!("// a line\nlet it = [{before}{key}\"];\n");
            let found = scanner.scan_bytes(text.as_bytes());
            let rules: Vec<_> = found.iter().map(|one| one.rule).collect();
            assert_eq!(rules, [rule]);
            assert_eq!(
                (found[0].line, found[0].column),
                (2, 11 + before.len() as u64)
            );
            assert_eq!(found[0].offset, 20 + before.len() as u64);
            assert_eq!(found[0].fingerprint, Fingerprint::of(key.as_bytes()));
            assert!(key.starts_with(found[0].prefix));
        }
    }
}

#[test]
fn nothing_of_a_key_is_told_but_its_published_prefix() {
    for (_, before, key) in invented::all(&Chance::new(2)) {
        let found = Scanner::new().scan_bytes(format!("{before}{key}").as_bytes());
        let told = format!("{found:?} {}", found[0].fingerprint);
        let own = &key[found[0].prefix.len()..];
        for at in 0..own.len().saturating_sub(8) {
            assert!(!told.contains(&own[at..at + 8]), "{}", found[0].rule);
        }
    }
}

#[test]
fn keys_are_found_inside_minified_and_escaped_text() {
    let scanner = Scanner::new();
    let chance = Chance::new(3);
    let key = format!("sk_live_{}", chance.alnum(24));
    for (before, after) in [
        ("a=\"", "\",b=1"),
        ("\\n", "\\n"),
        ("%22", "%22"),
        ("\\u0022", "\\u0022"),
        ("?key=", "&x=1"),
        ("<p>", "</p>"),
        ("https://user:", "@host"),
    ] {
        let text = format!("{before}{key}{after}");
        assert_eq!(scanner.scan_bytes(text.as_bytes()).len(), 1, "{before}");
    }
    for (before, after) in [("x", ""), ("", "_x"), ("task_", "")] {
        let text = format!("{before}{key}{after}");
        assert!(
            scanner.scan_bytes(text.as_bytes()).is_empty(),
            "{before}{after}"
        );
    }
}

#[test]
fn a_key_of_lethe_with_a_wrong_checksum_is_told_apart() {
    let scanner = Scanner::new();
    let chance = Chance::new(4);
    for key in [
        lethe_key(&chance),
        derived_key(&chance, 120),
        session_key(&chance),
    ] {
        let found = scanner.scan_bytes(key.as_bytes());
        assert_eq!(found[0].evidence, Evidence::Checksum);
        assert_eq!(found[0].vendor, Vendor::Lethe);
        let mut broken = key.clone().into_bytes();
        broken[30] = if broken[30] == b'x' { b'y' } else { b'x' };
        let found = scanner.scan_bytes(&broken);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence, Evidence::BrokenChecksum);
    }
    // Neither a cut one nor a placeholder.
    assert!(
        scanner
            .scan_bytes(&lethe_key(&chance).as_bytes()[..57])
            .is_empty()
    );
    let placeholder = format!("lethe_sk_{}", "x".repeat(49));
    assert!(scanner.scan_bytes(placeholder.as_bytes()).is_empty());
}

#[test]
fn a_key_with_a_mark_is_not_told_a_second_time_by_what_stands_before_it() {
    let chance = Chance::new(5);
    let text = format!("twilio token, then mailchimp: {}-us3", chance.hex(32));
    let found = Scanner::new().scan_bytes(text.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, "mailchimp-key");
}

#[test]
fn the_page_on_key_lint_names_every_kind() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/key-lint.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (vendor, _, rule) in Scanner::kinds() {
        assert!(page.contains(&format!("`{rule}`")), "{rule}");
        assert!(page.contains(vendor.name()), "{vendor}");
    }
}
