//! The shape of a key: literals and runs of characters, matched in one pass without backtracking.

/// A piece of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// These bytes exactly.
    Text(&'static str),
    /// From so many to so many characters of a class: as many as there are.
    Run(Class, usize, usize),
}

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Digit,
    Lower,
    /// Small letters only: most vendors write hexadecimal so.
    Hex,
    HexAnyCase,
    /// RFC 4648 base 32.
    Base32,
    Base58,
    Alnum,
    /// Letters, digits and `_`.
    Word,
    Base64,
    Base64Url,
    /// Base64url with its padding.
    Base64UrlPadded,
}

/// So many characters of a class, exactly.
pub(crate) const fn run(class: Class, count: usize) -> Part {
    Part::Run(class, count, count)
}

impl Class {
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Lower => byte.is_ascii_lowercase(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::HexAnyCase => byte.is_ascii_hexdigit(),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Base58 => {
                byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l')
            }
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Base64UrlPadded => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
            }
        }
    }

    /// Counts how many of the first `most` bytes belong to the class, without a gap.
    pub(crate) fn count(self, bytes: &[u8], most: usize) -> usize {
        let bytes = &bytes[..bytes.len().min(most)];
        let others = bytes.iter().position(|byte| !self.has(*byte));
        others.unwrap_or(bytes.len())
    }
}

/// Matches the parts at the beginning of `bytes`; returns how long the match is. What follows must
/// not go on like a word or like the last part: a key is not the beginning of something longer.
pub(crate) fn matched(parts: &[Part], bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in parts {
        match *part {
            Part::Text(text) => {
                bytes[at..].starts_with(text.as_bytes()).then_some(())?;
                at += text.len();
            }
            Part::Run(class, least, most) => {
                let count = class.count(&bytes[at..], most);
                (count >= least).then_some(())?;
                at += count;
            }
        }
    }
    let goes_on = bytes.get(at).is_some_and(|next| {
        let is_more = match parts.last() {
            Some(Part::Run(class, ..)) => class.has(*next),
            _ => false,
        };
        is_more || Class::Word.has(*next)
    });
    (!goes_on).then_some(at)
}

/// The longest match of the parts.
#[cfg(test)]
pub(crate) fn longest(parts: &[Part]) -> usize {
    let lengths = parts.iter().map(|part| match part {
        Part::Text(text) => text.len(),
        Part::Run(_, _, most) => *most,
    });
    lengths.sum()
}

/// Returns whether a key may begin at `at`: what stands before is no part of a word, or is the end of
/// an escape, as in `"\nsk_live…"` or `%22sk_live…`.
pub(crate) fn may_begin(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(ESCAPE_MAX)..at];
    let hex = |count: usize| {
        let tail = before.len().checked_sub(count).map(|from| &before[from..]);
        tail.is_some_and(|tail| tail.iter().all(u8::is_ascii_hexdigit))
    };
    let begins = |back: usize, text: &[u8]| {
        let from = before.len().checked_sub(back);
        from.is_some_and(|from| before[from..].starts_with(text))
    };
    match before {
        [] => true,
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., last] if !Class::Word.has(*last) => true,
        _ => {
            begins(3, b"%") && hex(2) || begins(4, b"\\x") && hex(2) || begins(6, b"\\u") && hex(4)
        }
    }
}

/// The longest escape before a key: `\u0022`.
pub(crate) const ESCAPE_MAX: usize = 6;

/// Returns whether a text looks drawn by chance: many different characters, few in a row of the
/// alphabet. `xxxxxxxx` and `0123456789abcdef` are placeholders.
pub(crate) fn is_random(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    let different = seen.iter().filter(|seen| **seen).count();
    let steps = text.windows(2).filter(|two| {
        let step = two[1].wrapping_sub(two[0]);
        step <= 1
    });
    different >= 6 && steps.count() * 2 < text.len() && !contains(text, b"EXAMPLE")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_not_the_beginning_of_something_longer() {
        let parts = [Part::Text("ab"), run(Class::Hex, 2)];
        assert_eq!(matched(&parts, b"ab12"), Some(4));
        assert_eq!(matched(&parts, b"ab12-"), Some(4));
        for longer in [&b"ab123"[..], b"ab12_", b"ab12G", b"ab1", b"a", b""] {
            assert_eq!(matched(&parts, longer), None);
        }
    }

    #[test]
    fn a_key_begins_after_a_word_or_an_escape() {
        for text in ["", "'", "=", "\\n", "%22", "\\x22", "\\u0022", "key:"] {
            assert!(may_begin(text.as_bytes(), text.len()), "{text}");
        }
        for text in ["a", "_", "n", "22", "u0022", "%2", "\\u022"] {
            assert!(!may_begin(text.as_bytes(), text.len()), "{text}");
        }
    }

    #[test]
    fn placeholders_are_not_random() {
        for text in [
            "xxxxxxxxxxxxxxxx",
            "0123456789abcdef0123456789abcdef",
            "IOSFODNN7EXAMPLE",
        ] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
        assert!(is_random(b"9f86d081884c7d659a2feaa0c55ad015"));
    }
}
