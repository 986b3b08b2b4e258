//! Currencies and how exports write amounts.

/// The currencies of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// United States dollar.
    Usd,
    /// Yen, which has no minor unit.
    Jpy,
}

impl Currency {
    /// Returns the ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Usd => "USD",
            Self::Jpy => "JPY",
        }
    }

    /// Returns the number of digits after the decimal point.
    pub fn decimals(self) -> usize {
        match self {
            Self::Jpy => 0,
            Self::Eur | Self::Gbp | Self::Usd => 2,
        }
    }

    /// Converts an amount to euro cents at the sample's own fixed rates.
    pub fn to_eur_minor(self, amount_minor: i64) -> i64 {
        match self {
            Self::Eur => amount_minor,
            Self::Gbp => amount_minor * 117 / 100,
            Self::Usd => amount_minor * 92 / 100,
            Self::Jpy => amount_minor * 61 / 100,
        }
    }

    /// Appends a non-negative amount with the currency's decimals.
    pub(crate) fn write(self, amount_minor: i64, out: &mut Vec<u8>) {
        use std::io::Write as _;
        let result = match self.decimals() {
            0 => write!(out, "{amount_minor}"),
            _ => write!(out, "{}.{:02}", amount_minor / 100, amount_minor % 100),
        };
        // Writing into a `Vec` does not fail.
        debug_assert!(result.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(currency: Currency, amount_minor: i64) -> String {
        let mut out = Vec::new();
        currency.write(amount_minor, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(text(Currency::Eur, 7905), "79.05");
        assert_eq!(text(Currency::Usd, 5), "0.05");
        assert_eq!(text(Currency::Jpy, 12800), "12800");
    }
}
