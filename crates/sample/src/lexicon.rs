//! The words of each country: names, streets, cities. Read from `data/`, once.
//!
//! Templates in the data hold marks: `%n` a house number to 199, `%N` one to 9999, `%s` one to 12,
//! `%a` a house number in Arabic-Indic digits, `%l` a letter from A to D, `%d` a digit, `%u` a
//! letter of a British inward code.

use crate::chance::Chance;
use crate::country::Country;
use std::sync::LazyLock;

/// A name as people write it, and its Latin letters for an e-mail address.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: &'static str,
    pub(crate) latin: String,
}

/// A city with its region code (or nothing) and some of its postal codes.
#[derive(Debug)]
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    pub(crate) postal_codes: Vec<&'static str>,
}

/// First names with the surnames that agree with them.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) first: Vec<Name>,
    pub(crate) last: Vec<Name>,
}

/// The words of one country.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) names: [Names; 2],
    pub(crate) streets: Vec<&'static str>,
    pub(crate) extras: Vec<&'static str>,
    pub(crate) companies: Vec<&'static str>,
    pub(crate) cities: Vec<City>,
}

impl Lexicon {
    /// Returns the words of a country.
    pub(crate) fn of(country: Country) -> &'static Self {
        static ALL: LazyLock<Vec<Lexicon>> = LazyLock::new(|| {
            Country::ALL
                .map(|country| Lexicon::parse(source(country)))
                .into()
        });
        &ALL[country as usize]
    }

    fn parse(source: &'static str) -> Self {
        let surnames = || entries(source, "surnames").map(name).collect::<Vec<_>>();
        let mut women_surnames: Vec<Name> = entries(source, "surnames women").map(name).collect();
        if women_surnames.is_empty() {
            women_surnames = surnames();
        }
        Self {
            names: [
                Names {
                    first: entries(source, "women").map(name).collect(),
                    last: women_surnames,
                },
                Names {
                    first: entries(source, "men").map(name).collect(),
                    last: surnames(),
                },
            ],
            streets: entries(source, "streets").collect(),
            extras: entries(source, "extras").collect(),
            companies: entries(source, "companies").collect(),
            cities: entries(source, "cities").map(city).collect(),
        }
    }
}

/// Picks a template and replaces its marks.
pub(crate) fn draw(templates: &[&str], chance: &mut Chance) -> String {
    let template = *chance.pick(templates);
    fill(template, chance)
}

/// Replaces the marks of a template by chance.
fn fill(template: &str, chance: &mut Chance) -> String {
    let mut out = String::with_capacity(template.len() + 4);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut marks = after.chars();
        match marks.next() {
            Some('n') => out.push_str(&chance.between(1, 199).to_string()),
            Some('N') => out.push_str(&chance.between(1, 9999).to_string()),
            Some('s') => out.push_str(&chance.between(1, 12).to_string()),
            Some('a') => out.extend(arabic_indic(chance.between(1, 199))),
            Some('l') => out.push(char::from(*chance.pick(b"ABCD"))),
            Some('d') => out.push(char::from(*chance.pick(b"0123456789"))),
            Some('u') => out.push(char::from(*chance.pick(b"ABDEFGHJLNPQRSTUWXYZ"))),
            other => unreachable!("unknown mark {other:?} in {template:?}"),
        }
        rest = marks.as_str();
    }
    out.push_str(rest);
    out
}

fn arabic_indic(number: u32) -> impl Iterator<Item = char> {
    let digits = number.to_string().into_bytes();
    digits
        .into_iter()
        .filter_map(|digit| char::from_u32(0x0660 + u32::from(digit - b'0')))
}

fn source(country: Country) -> &'static str {
    match country {
        Country::France => include_str!("../data/fr.txt"),
        Country::Germany => include_str!("../data/de.txt"),
        Country::UnitedStates => include_str!("../data/us.txt"),
        Country::UnitedKingdom => include_str!("../data/gb.txt"),
        Country::Spain => include_str!("../data/es.txt"),
        Country::Italy => include_str!("../data/it.txt"),
        Country::Japan => include_str!("../data/jp.txt"),
        Country::Poland => include_str!("../data/pl.txt"),
        Country::Greece => include_str!("../data/gr.txt"),
        Country::Israel => include_str!("../data/il.txt"),
        Country::Egypt => include_str!("../data/eg.txt"),
        Country::China => include_str!("../data/cn.txt"),
        Country::Bulgaria => include_str!("../data/bg.txt"),
        Country::Ukraine => include_str!("../data/ua.txt"),
    }
}

/// Yields the entries under one `[heading]`.
fn entries(source: &'static str, heading: &str) -> impl Iterator<Item = &'static str> {
    source
        .lines()
        .skip_while(move |line| {
            line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) != Some(heading)
        })
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn name(entry: &'static str) -> Name {
    let (text, latin) = match entry.split_once('=') {
        Some((text, latin)) => (text, latin.to_owned()),
        None => (
            entry,
            entry.to_lowercase().replace([' ', '\'', '-', '.'], ""),
        ),
    };
    Name { text, latin }
}

fn city(entry: &'static str) -> City {
    let mut parts = entry.split('|');
    let mut next = || parts.next().unwrap_or_default();
    City {
        name: next(),
        region: next(),
        postal_codes: next().split('/').collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_words_of_every_kind() {
        for country in Country::ALL {
            let words = Lexicon::of(country);
            for names in &words.names {
                assert!(
                    names.first.len() >= 9 && names.last.len() >= 8,
                    "{country:?}"
                );
            }
            assert!(
                words.streets.len() >= 7 && words.cities.len() >= 7,
                "{country:?}"
            );
            assert!(
                !words.extras.is_empty() && !words.companies.is_empty(),
                "{country:?}"
            );
        }
    }

    #[test]
    fn every_name_has_plain_latin_letters_for_an_email_address() {
        for names in Country::ALL.into_iter().flat_map(|c| &Lexicon::of(c).names) {
            for name in names.first.iter().chain(&names.last) {
                assert!(!name.latin.is_empty(), "{name:?}");
                assert!(
                    name.latin.bytes().all(|b| b.is_ascii_lowercase()),
                    "{name:?}"
                );
            }
        }
    }

    #[test]
    fn every_template_can_be_filled() {
        let mut chance = Chance::of(&[1; 32], crate::chance::Domain::Setup, 0);
        for words in Country::ALL.map(Lexicon::of) {
            let postal_codes = words.cities.iter().flat_map(|city| &city.postal_codes);
            for template in words
                .streets
                .iter()
                .chain(&words.extras)
                .chain(postal_codes)
            {
                let filled = fill(template, &mut chance);
                assert!(
                    !filled.is_empty() && !filled.contains(['%', '|', ';']),
                    "{filled}"
                );
            }
        }
    }
}
