//! Phone numbers that ring nobody, where a country has such numbers.

use crate::chance::Chance;
use crate::country::Country;

/// A number in its international form and as its owner wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phone {
    pub(crate) e164: String,
    pub(crate) written: String,
}

/// Numbers of one country: each prefix followed by the tail, whose every `x` is a free digit.
pub(crate) struct Range {
    calling_code: &'static str,
    trunk: &'static str,
    prefixes: &'static [&'static str],
    tail: &'static str,
}

/// The last of Arcep's six ranges, kept apart from the sample's customers for probe people.
pub(crate) const PROBES: Range = Range {
    calling_code: "33",
    trunk: "0",
    prefixes: &["5 36 49 "],
    tail: "xx xx",
};

impl Range {
    /// Returns how many numbers there are.
    pub(crate) fn len(&self) -> u32 {
        let free = self.tail.bytes().filter(|&b| b == b'x').count() as u32;
        self.prefixes.len() as u32 * 10_u32.pow(free)
    }

    /// Returns the number at a position, written in a way that chance decides.
    pub(crate) fn number(&self, position: u32, chance: &mut Chance) -> Phone {
        let spaced = self.spaced(position % self.len());
        let digits: String = spaced.chars().filter(char::is_ascii_digit).collect();
        let (code, trunk) = (self.calling_code, self.trunk);
        let e164 = format!("+{code}{digits}");
        let written = match (chance.weighted(&[45, 25, 20, 7, 3]), code) {
            (1, _) => format!("{trunk}{digits}"),
            (2, "1") => format!("({}) {}", &spaced[..3], spaced[4..].replace(' ', "-")),
            (2, "33") => format!("{trunk}{}", spaced.replace(' ', ".")),
            (2, _) => format!("{trunk}{spaced}"),
            (3, _) => format!("+{code} {spaced}"),
            // The prefix for calls abroad differs elsewhere.
            (4, "33" | "49" | "44" | "34" | "39") => format!("00{code}{digits}"),
            _ => e164.clone(),
        };
        Phone { e164, written }
    }

    /// Returns the number as its owner's country spaces it, without trunk prefix.
    fn spaced(&self, position: u32) -> String {
        let prefixes = self.prefixes.len() as u32;
        let mut spaced = self.prefixes[(position % prefixes) as usize].to_owned();
        let mut rest = position / prefixes;
        for place in self.tail.chars() {
            if place == 'x' {
                spaced.push(char::from(b'0' + (rest % 10) as u8));
                rest /= 10;
            } else {
                spaced.push(place);
            }
        }
        spaced
    }
}

impl Country {
    /// Returns how many phone numbers the sample has for the country.
    pub fn phone_numbers(self) -> u32 {
        self.phones().len()
    }

    pub(crate) fn phones(self) -> &'static Range {
        match self {
            Self::France => &FRANCE,
            Self::Germany => &GERMANY,
            Self::UnitedStates => &UNITED_STATES,
            Self::UnitedKingdom => &UNITED_KINGDOM,
            Self::Spain => &SPAIN,
            Self::Italy => &ITALY,
            Self::Japan => &JAPAN,
            Self::Poland => &POLAND,
            Self::Greece => &GREECE,
            Self::Israel => &ISRAEL,
            Self::Egypt => &EGYPT,
            Self::China => &CHINA,
            Self::Bulgaria => &BULGARIA,
            Self::Ukraine => &UKRAINE,
        }
    }
}

const fn range(
    calling_code: &'static str,
    trunk: &'static str,
    prefixes: &'static [&'static str],
    tail: &'static str,
) -> Range {
    Range {
        calling_code,
        trunk,
        prefixes,
        tail,
    }
}

// Arcep, decision 2018-0881, numbers for audiovisual works; the sixth range is `PROBES`.
static FRANCE: Range = range(
    "33",
    "0",
    &["6 39 98 ", "1 99 00 ", "2 61 91 ", "3 53 01 ", "4 65 71 "],
    "xx xx",
);

// Bundesnetzagentur, Mitteilung 148/2021: numbers for media productions.
static GERMANY: Range = range(
    "49",
    "0",
    &[
        "30 23125 ",
        "69 90009 ",
        "40 66969 ",
        "221 4710 ",
        "89 99998 ",
    ],
    "xxx",
);

// Ofcom: telephone numbers for use in TV and radio drama programmes.
static UNITED_KINGDOM: Range = range(
    "44",
    "0",
    &[
        "7700 900",
        "20 7946 0",
        "113 496 0",
        "114 496 0",
        "116 496 0",
        "117 496 0",
        "118 496 0",
        "121 496 0",
        "131 496 0",
        "141 496 0",
        "151 496 0",
        "161 496 0",
        "191 498 0",
        "28 9649 6",
        "29 2018 0",
    ],
    "xxx",
);

// North American Numbering Plan: 555-0100 to 555-0199 of every area code.
static UNITED_STATES: Range = range(
    "1",
    "",
    &[
        "201", "202", "203", "205", "206", "207", "208", "209", "210", "212", "213", "214", "215",
        "216", "217", "218", "219", "225", "228", "229", "231", "234", "239", "240", "248", "251",
        "252", "253", "254", "256", "260", "262", "267", "269", "270", "276", "281", "301", "302",
        "303", "304", "305", "307", "308", "309", "310", "312", "313", "314", "315", "316", "317",
        "318", "319", "320", "321", "323", "325", "330", "334", "336", "337", "339", "347",
    ],
    " 555 01xx",
);

// From here on no range is known to be reserved.
static SPAIN: Range = range("34", "", &["6"], "xx 000 xxx");
static ITALY: Range = range("39", "", &["33", "34"], "x 000 xxxx");
static JAPAN: Range = range("81", "0", &["70", "80", "90"], " 1000 xxxx");
static POLAND: Range = range("48", "", &["50", "60"], "x 000 xxx");
static GREECE: Range = range("30", "", &["69"], "x 000 xxxx");
static ISRAEL: Range = range("972", "0", &["50 2", "52 2", "54 2"], "00 xxxx");
static EGYPT: Range = range("20", "0", &["10", "11", "12"], " 0000 xxxx");
static CHINA: Range = range("86", "", &["13"], "x 0000 xxxx");
static BULGARIA: Range = range("359", "0", &["87", "88", "89"], "x 000 xxx");
static UKRAINE: Range = range("380", "0", &["50", "63", "67", "93"], " 000 xxxx");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Domain;
    use std::collections::HashSet;

    #[test]
    fn every_position_is_another_number() {
        for country in Country::ALL {
            let range = country.phones();
            let numbers: HashSet<String> = (0..range.len())
                .map(|position| range.spaced(position))
                .collect();
            assert_eq!(numbers.len(), range.len() as usize, "{country:?}");
        }
    }

    /// Reserved for fiction, so libphonenumber reads them but does not call them valid.
    const REFUSED: [&str; 2] = ["+3363998", "+447700900"];

    #[test]
    fn every_way_of_writing_reads_as_the_same_number() {
        for country in Country::ALL {
            let region = country.code().parse().unwrap();
            for position in 0..2000 {
                let mut chance = Chance::of(&[3; 32], Domain::Setup, u64::from(position));
                let phone = country.phones().number(position * 17, &mut chance);
                let read = phonenumber::parse(Some(region), &phone.written).unwrap();
                let is_refused = REFUSED.iter().any(|prefix| phone.e164.starts_with(prefix));
                assert_eq!(read.is_valid(), !is_refused, "{country:?}: {phone:?}");
                let e164 = read.format().mode(phonenumber::Mode::E164).to_string();
                assert_eq!(e164, phone.e164, "{phone:?}");
            }
        }
    }
}
