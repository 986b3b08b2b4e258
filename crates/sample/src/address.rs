//! Invented addresses: real cities and postal codes, common street names, random numbers.

use crate::chance::Chance;
use crate::country::Country;
use crate::lexicon::{self, Lexicon};
use crate::rates;

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) street: String,
    pub(crate) street2: Option<String>,
    pub(crate) city: &'static str,
    pub(crate) region: Option<&'static str>,
    pub(crate) postal_code: String,
    pub(crate) country: Country,
}

impl Address {
    /// Draws an address in a country.
    pub(crate) fn draw(country: Country, chance: &mut Chance) -> Self {
        let words = Lexicon::of(country);
        let city = chance.pick(&words.cities);
        Self {
            street: lexicon::draw(&words.streets, chance),
            street2: chance
                .permille(rates::SECOND_LINES)
                .then(|| lexicon::draw(&words.extras, chance)),
            city: city.name,
            region: Some(city.region).filter(|region| !region.is_empty()),
            postal_code: lexicon::draw(&city.postal_codes, chance),
            country,
        }
    }
}
