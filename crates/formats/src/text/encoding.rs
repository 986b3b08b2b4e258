//! Which encoding a block of bytes is in.

use std::fmt;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How an input's bytes are read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark. ASCII counts as UTF-8.
    Utf8,
    /// UTF-8 with stretches that are not: those are read as Windows-1252. Seen where a system
    /// joined texts of two origins into one file.
    Utf8Mixed,
    /// UTF-16, low byte first: the "Unicode text" of spreadsheets.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, which holds all of Latin-1's letters.
    Windows1252,
    /// Another one, named by the user.
    Named(&'static Encoding),
}

impl TextEncoding {
    /// Finds an encoding by a label of the WHATWG Encoding Standard (`latin1`, `shift_jis`,
    /// `windows-1250`).
    pub fn for_label(label: &str) -> Option<Self> {
        let encoding = Encoding::for_label_no_replacement(label.trim().as_bytes())?;
        Some(match encoding {
            e if e == UTF_8 => Self::Utf8,
            e if e == UTF_16LE => Self::Utf16Le,
            e if e == UTF_16BE => Self::Utf16Be,
            e if e == WINDOWS_1252 => Self::Windows1252,
            e => Self::Named(e),
        })
    }

    /// Returns the encoding's usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Mixed => "UTF-8 with Windows-1252 stretches",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
            Self::Named(encoding) => encoding.name(),
        }
    }

    /// Returns the table-driven decoder, where the encoding is not read as UTF-8.
    pub(super) fn foreign(self) -> Option<&'static Encoding> {
        match self {
            Self::Utf8 | Self::Utf8Mixed => None,
            Self::Utf16Le => Some(UTF_16LE),
            Self::Utf16Be => Some(UTF_16BE),
            Self::Windows1252 => Some(WINDOWS_1252),
            Self::Named(encoding) => Some(encoding),
        }
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Guesses the encoding from the first block, and how many bytes of it are a byte order mark.
pub(super) fn sniff(block: &[u8]) -> (TextEncoding, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(block) {
        return match encoding {
            e if e == UTF_16LE => (TextEncoding::Utf16Le, mark),
            e if e == UTF_16BE => (TextEncoding::Utf16Be, mark),
            _ => (TextEncoding::Utf8, mark),
        };
    }
    if let Some(encoding) = utf16_without_mark(block) {
        return (encoding, 0);
    }
    (utf8_or_1252(block), 0)
}

/// Recognises UTF-16 by the empty half of ASCII characters: a header or the punctuation of JSON is
/// ASCII in every language.
fn utf16_without_mark(block: &[u8]) -> Option<TextEncoding> {
    const SAMPLE_BYTES_MAX: usize = 1024;
    let sample = &block[..block.len().min(SAMPLE_BYTES_MAX)];
    let (mut first_zero, mut second_zero, mut pairs) = (0usize, 0usize, 0usize);
    for pair in sample.chunks_exact(2) {
        pairs += 1;
        first_zero += usize::from(pair[0] == 0);
        second_zero += usize::from(pair[1] == 0);
    }
    let mostly = |zeros: usize| zeros * 10 >= pairs * 7;
    let hardly = |zeros: usize| zeros * 20 <= pairs;
    match pairs {
        0 | 1 => None,
        _ if mostly(second_zero) && hardly(first_zero) => Some(TextEncoding::Utf16Le),
        _ if mostly(first_zero) && hardly(second_zero) => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}

/// Decides by majority. Text in Windows-1252 hardly ever forms a valid UTF-8 sequence, so a block
/// with more valid sequences than broken ones is UTF-8 with some damage.
fn utf8_or_1252(block: &[u8]) -> TextEncoding {
    let (mut valid, mut broken) = (0usize, 0usize);
    for chunk in block.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    // A character cut by the end of the block is not broken.
    broken -= usize::from(broken > 0 && ends_within_character(block));
    match (valid, broken) {
        (_, 0) => TextEncoding::Utf8,
        (valid, broken) if valid > broken => TextEncoding::Utf8Mixed,
        _ => TextEncoding::Windows1252,
    }
}

fn ends_within_character(block: &[u8]) -> bool {
    block.utf8_chunks().last().is_some_and(|chunk| {
        let tail = chunk.invalid();
        !tail.is_empty() && matches!(std::str::from_utf8(tail), Err(e) if e.error_len().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_the_encoding_standard_are_known() {
        assert_eq!(
            TextEncoding::for_label("latin1"),
            Some(TextEncoding::Windows1252)
        );
        assert_eq!(TextEncoding::for_label(" UTF8 "), Some(TextEncoding::Utf8));
        assert_eq!(
            TextEncoding::for_label("shift_jis").map(TextEncoding::name),
            Some("Shift_JIS")
        );
        assert_eq!(TextEncoding::for_label("klingon"), None);
    }

    #[test]
    fn a_block_cut_within_a_character_is_still_utf8() {
        let text = "Name,Zoë".as_bytes();
        assert_eq!(sniff(&text[..text.len() - 1]).0, TextEncoding::Utf8);
    }

    #[test]
    fn one_broken_byte_does_not_turn_utf8_into_latin1() {
        let block = [("é".repeat(5)).as_bytes(), &[0xE9, b',']].concat();
        assert_eq!(sniff(&block).0, TextEncoding::Utf8Mixed);
        assert_eq!(sniff(b"caf\xE9,").0, TextEncoding::Windows1252);
    }
}
