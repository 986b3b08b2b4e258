//! Names, addresses and notes: Unicode NFC, trimmed, without control characters.

use crate::Personal;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Cleans a one-line value; `None` when nothing is left.
pub fn clean_line(written: &Personal) -> Option<Personal> {
    clean(written, |c| c.is_control())
}

/// Cleans free text, keeping its line breaks; `None` when nothing is left.
pub fn clean_text(written: &Personal) -> Option<Personal> {
    clean(written, |c| c.is_control() && c != '\n' && c != '\t')
}

fn clean(written: &Personal, unwanted: impl Fn(char) -> bool) -> Option<Personal> {
    let trimmed = written.expose().trim();
    if trimmed.is_empty() {
        return None;
    }
    if is_nfc(trimmed) && !trimmed.chars().any(&unwanted) {
        return Some(Personal::new(trimmed));
    }
    let cleaned: String = trimmed.nfc().filter(|c| !unwanted(*c)).collect();
    (!cleaned.trim().is_empty()).then(|| Personal::new(cleaned.trim()))
}

/// Says whether two written names are surely meant to be the same: equal up to case and spacing.
///
/// Used to tell a parcel to oneself from a gift; when in doubt they differ, and the recipient is a
/// subject of its own.
pub fn same_person_name(one: &Personal, other: &Personal) -> bool {
    let folded = |name: &Personal| -> String {
        let words: Vec<&str> = name.expose().split_whitespace().collect();
        words.join(" ").to_lowercase().nfc().collect()
    };
    folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_unicode_spellings_of_a_letter_become_one() {
        let composed = clean_line(&Personal::new(" Zoë\u{0} ")).unwrap();
        let decomposed = clean_line(&Personal::new("Zoe\u{308}")).unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn a_note_keeps_its_line_breaks_and_a_name_does_not() {
        let note = Personal::new("ring\r\ntwice");
        assert_eq!(clean_text(&note).unwrap().expose(), "ring\ntwice");
        assert_eq!(clean_line(&note).unwrap().expose(), "ringtwice");
    }
}
