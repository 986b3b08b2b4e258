//! The countries of the sample's customers.

use crate::chance::Chance;
use crate::money::Currency;

/// A country that the shop ships to.
///
/// Phone numbers lie in ranges that a regulator reserves for fiction where there is one: France
/// (Arcep's six ranges), Germany (Bundesnetzagentur's *Drama Numbers*), the United Kingdom
/// (Ofcom's TV and drama numbers) and the United States (555-0100 to 555-0199). The other
/// countries have none that we know of; their numbers are valid in form, with a subscriber part
/// that begins with zeros, but may belong to somebody: never dial a sample.
///
/// All numbers read as their E.164 form in libphonenumber, and all are valid there but those of
/// the two mobile ranges for fiction, `+33 6 39 98` and `+44 7700 900`: it knows that they ring
/// nobody.
///
/// The reserved ranges are small. Up to [`Country::phone_numbers`] customers in the whole shop,
/// every customer of that country has a number of their own; in larger shops people share numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Country {
    /// France.
    France,
    /// Germany.
    Germany,
    /// The United States.
    UnitedStates,
    /// The United Kingdom.
    UnitedKingdom,
    /// Spain.
    Spain,
    /// Italy.
    Italy,
    /// Japan.
    Japan,
    /// Poland.
    Poland,
    /// Greece.
    Greece,
    /// Israel.
    Israel,
    /// Egypt.
    Egypt,
    /// China.
    China,
    /// Bulgaria.
    Bulgaria,
    /// Ukraine.
    Ukraine,
}

/// How many customers of a thousand live in each country of [`Country::ALL`].
const SHARES: [u32; 14] = [400, 120, 100, 80, 70, 60, 40, 30, 30, 20, 15, 15, 10, 10];

impl Country {
    /// Every country, the most frequent first.
    pub const ALL: [Self; 14] = [
        Self::France,
        Self::Germany,
        Self::UnitedStates,
        Self::UnitedKingdom,
        Self::Spain,
        Self::Italy,
        Self::Japan,
        Self::Poland,
        Self::Greece,
        Self::Israel,
        Self::Egypt,
        Self::China,
        Self::Bulgaria,
        Self::Ukraine,
    ];

    /// Draws a country by its share of the customers.
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        Self::ALL[chance.weighted(&SHARES)]
    }

    /// Returns the ISO 3166-1 alpha-2 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::France => "FR",
            Self::Germany => "DE",
            Self::UnitedStates => "US",
            Self::UnitedKingdom => "GB",
            Self::Spain => "ES",
            Self::Italy => "IT",
            Self::Japan => "JP",
            Self::Poland => "PL",
            Self::Greece => "GR",
            Self::Israel => "IL",
            Self::Egypt => "EG",
            Self::China => "CN",
            Self::Bulgaria => "BG",
            Self::Ukraine => "UA",
        }
    }

    /// Returns the currency in which its customers pay.
    pub fn currency(self) -> Currency {
        match self {
            Self::UnitedKingdom => Currency::Gbp,
            Self::Japan => Currency::Jpy,
            Self::UnitedStates | Self::Israel | Self::Egypt | Self::China => Currency::Usd,
            _ => Currency::Eur,
        }
    }

    /// Returns the name and the percentage of the tax included in prices, where there is one.
    pub(crate) fn vat(self) -> Option<(&'static str, i64)> {
        match self {
            Self::France => Some(("FR TVA 20%", 20)),
            Self::Germany => Some(("DE MwSt 19%", 19)),
            Self::UnitedKingdom => Some(("GB VAT 20%", 20)),
            Self::Spain => Some(("ES IVA 21%", 21)),
            Self::Italy => Some(("IT IVA 22%", 22)),
            Self::Japan => Some(("JP CT 10%", 10)),
            Self::Poland => Some(("PL VAT 23%", 23)),
            Self::Greece => Some(("GR ΦΠΑ 24%", 24)),
            Self::Bulgaria => Some(("BG ДДС 20%", 20)),
            _ => None,
        }
    }

    /// Returns the language of notes on orders.
    pub(crate) fn language(self) -> &'static str {
        match self {
            Self::France => "fr",
            Self::Germany => "de",
            Self::Spain => "es",
            Self::Italy => "it",
            Self::Japan => "ja",
            _ => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole() {
        assert_eq!(SHARES.iter().sum::<u32>(), 1000);
    }
}
