//! Notes in free text, a few with things that must never be stored.

use crate::chance::Chance;
use crate::lexicon;
use crate::person::SamplePerson;
use crate::rates;
use std::sync::LazyLock;

/// The card number of payment test environments, as some notes hold it.
pub const TEST_CARD_NUMBER: &str = "4111 1111 1111 1111";

/// The recovery phrase of a published BIP-39 test vector, as some notes hold it.
pub const TEST_MNEMONIC: &str =
    "legal winner thank year wave sausage worth useful legal winner thank yellow";

/// Something in a note that must never be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteSecret {
    /// [`TEST_CARD_NUMBER`], also without spaces or with dashes.
    Card,
    /// [`TEST_MNEMONIC`].
    Mnemonic,
}

/// Draws the note of an order, for most orders none.
pub(crate) fn draw(
    person: &SamplePerson,
    chance: &mut Chance,
) -> Option<(String, Option<NoteSecret>)> {
    if !chance.permille(rates::NOTES) {
        return None;
    }
    if chance.permille(rates::NOTE_CARDS) {
        let card = match chance.below(3) {
            0 => TEST_CARD_NUMBER.to_owned(),
            1 => TEST_CARD_NUMBER.replace(' ', ""),
            _ => TEST_CARD_NUMBER.replace(' ', "-"),
        };
        let note = format!(
            "Payment did not work, please charge {card}, exp 12/29.\n{}",
            person.name
        );
        return Some((note, Some(NoteSecret::Card)));
    }
    if chance.permille(rates::NOTE_MNEMONICS) {
        let note =
            format!("My device is locked, can you recover it?\nWords: {TEST_MNEMONIC}\nThanks");
        return Some((note, Some(NoteSecret::Mnemonic)));
    }
    let own = person.country.language();
    let language = if chance.permille(150) { "en" } else { own };
    let texts: Vec<&str> = TEXTS
        .iter()
        .filter(|(of, _)| *of == language)
        .map(|(_, text)| text.as_str())
        .collect();
    Some((personalised(&lexicon::draw(&texts, chance), person), None))
}

/// The templates with their languages.
static TEXTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    include_str!("../data/notes.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('|'))
        .map(|(language, text)| (language, text.replace("\\n", "\n")))
        .collect()
});

fn personalised(text: &str, person: &SamplePerson) -> String {
    text.replace("{first}", &person.first_name)
        .replace("{name}", &person.name)
        .replace("{phone}", &person.phone)
        .replace("{city}", &person.city)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::Country;

    #[test]
    fn every_language_has_notes_and_every_mark_is_known() {
        let person = SamplePerson::derive(&[2; 32], 0);
        for country in Country::ALL {
            assert!(
                TEXTS
                    .iter()
                    .any(|(language, _)| *language == country.language())
            );
        }
        for (_, text) in TEXTS.iter() {
            assert!(!personalised(text, &person).contains(['{', '}']), "{text}");
        }
    }
}
