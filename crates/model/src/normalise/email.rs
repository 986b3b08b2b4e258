//! E-mail addresses: kept as written, compared case-folded.

use crate::Personal;
use unicode_normalization::UnicodeNormalization;

/// Returns the form an address is looked up by, or `None` if it is no usable address.
///
/// Folds letter case in both parts: RFC 5321 §2.4 lets a host tell `Ann@` from `ann@`, but none
/// that matters does, and people type both. Dots and plus tags stay: they do tell mailboxes apart.
pub fn email_for_lookup(written: &Personal) -> Option<Personal> {
    let trimmed = written.expose().trim();
    // RFC 5321 §4.5.3.1: 64 octets of local part, 255 of domain.
    if trimmed.len() > 320 || trimmed.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (local, domain) = trimmed.rsplit_once('@')?;
    if local.is_empty() || domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') {
        return None;
    }
    if trimmed.is_ascii() {
        return Some(Personal::new(trimmed.to_ascii_lowercase()));
    }
    Some(Personal::new(
        trimmed.to_lowercase().nfc().collect::<String>(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(written: &str) -> Option<String> {
        email_for_lookup(&Personal::new(written)).map(|email| email.expose().to_owned())
    }

    #[test]
    fn letter_case_is_folded_but_dots_and_tags_tell_mailboxes_apart() {
        assert_eq!(
            lookup(" Ann.Lee+Shop@Example.COM "),
            Some("ann.lee+shop@example.com".into())
        );
        assert_ne!(lookup("annlee@example.com"), lookup("ann.lee@example.com"));
        assert_eq!(lookup("Zoë@exämple.com"), lookup("ZOË@EXÄMPLE.com"));
        assert_eq!(lookup("zoe\u{308}@example.com"), lookup("zoë@example.com"));
    }

    #[test]
    fn what_is_no_address_is_not_indexed() {
        for text in [
            "",
            "n/a",
            "@example.com",
            "ann@",
            "a b@example.com",
            "ann@.example.com",
        ] {
            assert_eq!(lookup(text), None, "{text}");
        }
    }
}
