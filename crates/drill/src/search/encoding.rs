//! The encodings in which a value may lie among stolen bytes.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// How a value was written where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
    Latin1,
    JsonEscapes,
    Base64,
    Hex,
    Percent,
    Md5,
    Sha1,
    Sha256,
}

impl Encoding {
    /// Returns the name used in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "plain text",
            Self::Utf16 => "UTF-16",
            Self::Latin1 => "Latin-1",
            Self::JsonEscapes => "JSON escapes",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent-encoding",
            Self::Md5 => "unsalted MD5",
            Self::Sha1 => "unsalted SHA-1",
            Self::Sha256 => "unsalted SHA-256",
        }
    }
}

/// Writes a value in every encoding that differs from the others. The flag says whether letter case
/// is told apart.
pub(crate) fn encodings(value: &str) -> Vec<(Encoding, bool, Vec<u8>)> {
    let mut all = vec![(Encoding::Utf8, false, value.as_bytes().to_vec())];
    // ASCII letters are compared without case anyway; other letters need each form written out.
    for text in [value.to_owned(), value.to_lowercase(), value.to_uppercase()] {
        all.push((Encoding::Utf8, false, text.as_bytes().to_vec()));
        let units: Vec<u16> = text.encode_utf16().collect();
        let little = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        all.push((Encoding::Utf16, false, little));
        all.push((Encoding::Utf16, false, big));
    }
    if !value.is_ascii() {
        let latin: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
        all.extend(latin.map(|bytes| (Encoding::Latin1, false, bytes)));
        all.push((Encoding::JsonEscapes, false, json_escapes(value)));
    }
    for alignment in 0..3 {
        let text = base64_inside(value.as_bytes(), alignment);
        if text.contains(['+', '/']) {
            let url_safe = text.replace('+', "-").replace('/', "_");
            all.push((Encoding::Base64, true, url_safe.into_bytes()));
        }
        all.push((Encoding::Base64, true, text.into_bytes()));
    }
    all.push((Encoding::Hex, false, hex(value.as_bytes())));
    for space in ["%20", "+"] {
        all.push((Encoding::Percent, false, percent(value, space)));
    }
    without_repetitions(all)
}

/// Returns the unsalted hashes of a value in its normalised form, raw and as hex.
pub(crate) fn hashes(normalised: &str) -> Vec<(Encoding, bool, Vec<u8>)> {
    let value = normalised.as_bytes();
    let digests = [
        (Encoding::Md5, Md5::digest(value).to_vec()),
        (Encoding::Sha1, Sha1::digest(value).to_vec()),
        (Encoding::Sha256, Sha256::digest(value).to_vec()),
    ];
    digests
        .into_iter()
        .flat_map(|(encoding, digest)| [(encoding, false, hex(&digest)), (encoding, true, digest)])
        .collect()
}

fn without_repetitions(all: Vec<(Encoding, bool, Vec<u8>)>) -> Vec<(Encoding, bool, Vec<u8>)> {
    let mut kept: Vec<(Encoding, bool, Vec<u8>)> = Vec::with_capacity(all.len());
    for one in all {
        let is_repeated = kept.iter().any(|(_, is_exact, bytes)| {
            bytes == &one.2 || (!is_exact && !one.1 && bytes.eq_ignore_ascii_case(&one.2))
        });
        if !is_repeated {
            kept.push(one);
        }
    }
    kept
}

/// Returns the base64 digits that depend on these bytes alone when `alignment` bytes precede them.
fn base64_inside(bytes: &[u8], alignment: usize) -> String {
    let mut padded = vec![0; alignment];
    padded.extend_from_slice(bytes);
    let whole_bits = padded.len() * 8;
    let text = STANDARD_NO_PAD.encode(padded);
    text[(alignment * 8).div_ceil(6)..whole_bits / 6].to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS[usize::from(nibble)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// RFC 3986 §2.1, or HTML forms where a space is a plus sign.
fn percent(value: &str, space: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
            b' ' => out.extend_from_slice(space.as_bytes()),
            _ => {
                out.push(b'%');
                out.extend(hex(&[byte]));
            }
        }
    }
    out
}

fn json_escapes(value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for letter in value.chars() {
        if letter.is_ascii() {
            out.push(letter as u8);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(b"\\u");
                out.extend(hex(&unit.to_be_bytes()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn base64_is_found_at_every_alignment_and_whatever_follows() {
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}Zoë Lacroix{}", "b".repeat(before), "a".repeat(after));
                let encoded = STANDARD.encode(text);
                let inside = base64_inside("Zoë Lacroix".as_bytes(), before % 3);
                assert!(encoded.contains(&inside), "{before} {after}");
                assert!(inside.len() >= 14);
            }
        }
    }

    #[test]
    fn each_encoding_is_written_as_other_programs_write_it() {
        let all = encodings("Zoë L@x.fr");
        let has = |encoding, text: &str| {
            all.iter()
                .any(|one| one.0 == encoding && one.2 == text.as_bytes())
        };
        assert!(has(Encoding::Percent, "Zo%c3%ab%20L%40x.fr"));
        assert!(has(Encoding::Percent, "Zo%c3%ab+L%40x.fr"));
        assert!(has(Encoding::JsonEscapes, "Zo\\u00eb L@x.fr"));
        assert!(has(Encoding::Hex, "5a6fc3ab204c40782e6672"));
        assert!(has(Encoding::Utf8, "ZOË L@X.FR"));
        assert!(all.iter().any(|one| one.2 == b"Zo\xeb L@x.fr"));
    }
}
