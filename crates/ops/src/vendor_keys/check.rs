//! What may be written down of a credential at a vendor: everything but the credential.

use super::NewVendorKey;
use crate::Error;
use jiff::civil::Date;
use lethe_keyscan::Scanner;
use std::sync::OnceLock;

/// The longest vendor, label, owner, recipient and scope, in bytes.
const TEXT_MAX: usize = 80;
/// The longest name of a scope, in bytes.
const SCOPE_MAX: usize = 200;
const SCOPES_MAX: usize = 100;
/// This many letters and digits in a row, mixed, are no word.
const RUN_MAX: usize = 20;

const SECRET: &str = "looks like the secret itself, which must never be written down here: it was not stored; if it was a real \
     one, treat it as leaked and replace it at the vendor";

/// Refuses what cannot be taken. No message repeats what was given.
pub(super) fn check(new: &NewVendorKey, today: Date) -> Result<(), Error> {
    let texts = [
        ("vendor", Some(&new.vendor)),
        ("label", Some(&new.label)),
        ("owner", new.owner.as_ref()),
        ("recipient", new.recipient.as_ref()),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            check_text(field, text, TEXT_MAX, &new.vendor)?;
        }
    }
    if new.scopes.len() > SCOPES_MAX {
        return Err(Error::invalid(
            "scopes",
            "are more than 100: name those that read customers",
        ));
    }
    for scope in &new.scopes {
        check_text("scopes", scope, SCOPE_MAX, &new.vendor)?;
    }
    let past = [
        ("created_on", new.created_on),
        ("rotated_on", new.rotated_on),
        ("used_on", new.used_on),
        ("people_on", new.people_on),
    ];
    // A day ahead is somebody else's today.
    let tomorrow = today.tomorrow().unwrap_or(today);
    for (field, day) in past {
        if day.is_some_and(|day| day > tomorrow) {
            return Err(Error::invalid(
                field,
                "lies in the future: give the day it happened",
            ));
        }
    }
    match (new.created_on, new.rotated_on) {
        (Some(made), Some(rotated)) if rotated < made => Err(Error::invalid(
            "rotated_on",
            "is before the day it was made",
        )),
        _ => Ok(()),
    }
}

fn check_text(
    field: &'static str,
    text: &str,
    bytes_max: usize,
    vendor: &str,
) -> Result<(), Error> {
    // First of all: a secret of any length is told that it is one.
    if is_secret(text, vendor) {
        return Err(Error::invalid(field, SECRET));
    }
    if text.trim().is_empty() || text.len() > bytes_max {
        return Err(Error::invalid(
            field,
            format!("is 1 to {bytes_max} bytes of text"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "is one line of text"));
    }
    if text.contains('@') {
        return Err(Error::invalid(
            field,
            "must not hold an address: name a thing or a team, not a person",
        ));
    }
    Ok(())
}

/// Says whether a text is a key or holds one: by the form that vendors publish, or because nobody calls
/// anything that.
fn is_secret(text: &str, vendor: &str) -> bool {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    let scanner = SCANNER.get_or_init(Scanner::new);
    // Keys without a mark of their own are known by the words before them.
    let with_words = format!("{vendor} api_key token secret: {text}");
    let is_known = !scanner.scan_bytes(text.as_bytes()).is_empty()
        || !scanner.scan_bytes(with_words.as_bytes()).is_empty();
    let is_random = |run: &str| {
        run.len() >= RUN_MAX
            && run.bytes().any(|b| b.is_ascii_digit())
            && run.bytes().any(|b| b.is_ascii_alphabetic())
    };
    is_known
        || text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(is_random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VendorKeyKind;

    fn described(label: &str) -> NewVendorKey {
        NewVendorKey {
            vendor: "Postmark".to_owned(),
            kind: VendorKeyKind::ApiKey,
            label: label.to_owned(),
            owner: Some("ada".to_owned()),
            scopes: vec!["read_customers".to_owned()],
            categories: Vec::new(),
            created_on: None,
            rotated_on: None,
            used_on: None,
            expires_on: None,
            can_export: false,
            has_networks: false,
            recipient: None,
            people: None,
            people_on: None,
        }
    }

    fn today() -> Date {
        jiff::civil::date(2026, 3, 2)
    }

    #[test]
    fn a_secret_is_refused_wherever_it_stands_and_is_not_repeated() {
        let random = "9mK2pQ7xT4vW8zB3nL6d".to_owned();
        let secrets = [
            ["shp", "at_", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"].concat(),
            [
                "key is xkey",
                "sib-",
                &"a1b2c3d4".repeat(8),
                "-",
                "Zx9Yw8Vu7Ts6Rq5P",
            ]
            .concat(),
            "b3d9f1a7-42c8-4e5f-9a60-7c1d2e3f4a5b".to_owned(),
            random,
        ];
        for secret in secrets {
            for place in ["vendor", "label", "owner", "scopes", "recipient"] {
                let mut new = described("newsletter");
                match place {
                    "vendor" => new.vendor = secret.clone(),
                    "label" => new.label = secret.clone(),
                    "owner" => new.owner = Some(secret.clone()),
                    "scopes" => new.scopes = vec![secret.clone()],
                    _ => new.recipient = Some(secret.clone()),
                }
                // A UUID is a token next to its vendor's name alone.
                if place == "vendor" && secret.contains("-42c8-") {
                    continue;
                }
                let refused = check(&new, today()).unwrap_err().to_string();
                assert!(refused.contains("secret"), "{place}: {refused}");
                assert!(!refused.contains(&secret));
            }
        }
    }

    #[test]
    fn names_that_people_give_are_taken() {
        for label in [
            "orders export 2024",
            "woocommerce-orders-export-2024-11",
            "Seat of the second support agent",
            "app 12345678901",
        ] {
            assert!(check(&described(label), today()).is_ok(), "{label}");
        }
    }

    #[test]
    fn addresses_and_days_to_come_are_refused() {
        assert!(check(&described("ana@example.com"), today()).is_err());
        let mut new = described("newsletter");
        new.used_on = Some(jiff::civil::date(2026, 3, 4));
        assert!(check(&new, today()).is_err());
        new.used_on = Some(jiff::civil::date(2026, 3, 3));
        assert!(check(&new, today()).is_ok());
    }
}
