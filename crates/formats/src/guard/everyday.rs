//! The words of the English list that ordinary sentences are made of.
//!
//! Of the ten lists only the English one holds the small words of its language, so that "can you
//! please make sure this order will arrive before" is a row of ten. Words drawn by chance are
//! rarely among these: of ten drawn ones, five or more are in three cases of a thousand. Whole
//! phrases do not depend on it, as their checksum is enough.

use bip39::Language;

/// Two hundred and forty of the 2048 words, chosen by reading the list.
const WORDS: &str = "able about above across add address again all already also always another any around \
arrive ask away baby because become before begin behind below best better between box boy \
bring broken call can change check child come damage day detail door during early easy \
either else end enjoy enough exact exchange expect extra family few find first floor \
follow forget friend front gift girl give glad good great half hand happy have hello help \
hold home hope hour husband idea include inform inside into item just keep kind know later \
leave left letter like list little live local long love mail make man mean message minute \
mistake month more morning mother move much must myself near need never news next nice \
note nothing notice now number off offer office often old once one only open order \
original other outside over own parent people person phone place please present price \
print problem put question quick ready reason receive remove repair report return right \
room same save say second sell service share shop short side since sister size slow small \
someone soon sorry speak special spend start stay still street such sure table talk tell \
ten thank that then there they thing this time today together tomorrow tonight toward try \
two type unable under until update upon use useful usual very visit wait want way weekend \
welcome what when where wife will window wish woman word work wrap write wrong year you \
young";

/// Which words of the English list are everyday ones, by index.
pub(super) struct Everyday(Vec<bool>);

impl Everyday {
    pub(super) fn new() -> Self {
        let mut everyday = vec![false; 2048];
        for word in WORDS.split(' ') {
            if let Some(index) = Language::English.find_word(word) {
                everyday[usize::from(index)] = true;
            }
        }
        Self(everyday)
    }

    /// Counts how many of these words, given by index, are everyday ones.
    pub(super) fn count(&self, indexes: &[u16]) -> usize {
        indexes
            .iter()
            .filter(|index| self.0[usize::from(**index)])
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_is_in_the_list() {
        for word in WORDS.split(' ') {
            assert!(Language::English.find_word(word).is_some(), "{word}");
        }
    }
}
