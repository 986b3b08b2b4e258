//! Amounts of money, as whole numbers of the currency's minor unit.

use crate::code;
use crate::error::Fault;

/// A currency by its ISO 4217 code, with the number of decimals its minor unit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// Reads a three-letter code in any case. Codes that the standard does not (yet) list are
    /// taken to have two decimals, as nearly all have.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let code = <[u8; 3]>::try_from(text.as_bytes())
            .ok()
            .filter(|code| code.iter().all(u8::is_ascii_alphabetic))
            .map(|code| code.map(|b| b.to_ascii_uppercase()))
            .ok_or(CURRENCY)?;
        Ok(Self {
            code,
            exponent: exponent(&code),
        })
    }

    /// Returns the code in capitals.
    pub(crate) fn code(self) -> String {
        self.code.iter().copied().map(char::from).collect()
    }

    pub(crate) fn exponent(self) -> u8 {
        self.exponent
    }
}

/// ISO 4217, list one (2024): the currencies whose minor unit is not a hundredth. The currencies
/// that count in fifths (MGA, MRU) are listed with two decimals there, and so here.
fn exponent(code: &[u8; 3]) -> u8 {
    match code {
        b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
        | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
        b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
        b"CLF" | b"UYW" => 4,
        _ => 2,
    }
}

/// Reads an amount such as `-1234.50` in minor units.
///
/// `decimal` is the decimal mark. With a decimal comma, points between digits group thousands and
/// are skipped (`1.234,50`); with a decimal point, commas are. Further zeros after the currency's
/// decimals are fine (`1000.00` yen); other digits there are not, as rounding money is not ours.
pub(crate) fn minor_units(text: &str, currency: Currency, decimal: u8) -> Result<i64, Fault> {
    let grouping = if decimal == b'.' { b',' } else { b'.' };
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let mut value: i64 = 0;
    let mut decimals: Option<u8> = None;
    let mut digits_seen = false;
    for (index, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                digits_seen = true;
                if let Some(count) = &mut decimals {
                    if *count == currency.exponent() {
                        if byte != b'0' {
                            return Err(PRECISION);
                        }
                        continue;
                    }
                    *count += 1;
                }
                value = push(value, byte - b'0').ok_or(RANGE)?;
            }
            _ if byte == decimal && decimals.is_none() => decimals = Some(0),
            _ if byte == grouping && decimals.is_none() && groups_thousands(digits, index) => {}
            _ => return Err(AMOUNT),
        }
    }
    if !digits_seen {
        return Err(AMOUNT);
    }
    for _ in decimals.unwrap_or(0)..currency.exponent() {
        value = push(value, 0).ok_or(RANGE)?;
    }
    Ok(if negative { -value } else { value })
}

fn push(value: i64, digit: u8) -> Option<i64> {
    value.checked_mul(10)?.checked_add(i64::from(digit))
}

/// A grouping mark stands after one to three digits and before exactly three, so that `1,50` read
/// with a decimal point is an error and not one hundred and fifty.
fn groups_thousands(digits: &[u8], at: usize) -> bool {
    let run = |part: &[u8]| part.iter().take_while(|b| b.is_ascii_digit()).count();
    let before = digits[..at]
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    (1..=3).contains(&before) && run(&digits[at + 1..]) == 3
}

const CURRENCY: Fault = Fault::new(
    code::CURRENCY_INVALID,
    "the currency is not a code of three letters such as EUR: correct it",
);
const AMOUNT: Fault = Fault::new(
    code::AMOUNT_INVALID,
    "the amount is not a plain number such as 12.50: correct it, or export the file again without \
     saving it from a spreadsheet",
);
const RANGE: Fault = Fault::new(
    code::AMOUNT_INVALID,
    "the amount is too large to be true: correct it",
);
const PRECISION: Fault = Fault::new(
    code::AMOUNT_PRECISION,
    "the amount has more decimals than its currency: correct the amount or the currency",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, currency: &str) -> Result<i64, &'static str> {
        let currency = Currency::parse(currency).unwrap();
        minor_units(text, currency, b'.').map_err(|fault| fault.code)
    }

    #[test]
    fn decimals_follow_the_currency() {
        assert_eq!(read("100.00", "EUR"), Ok(10_000));
        assert_eq!(read("100", "eur"), Ok(10_000));
        assert_eq!(read("-0.5", "USD"), Ok(-50));
        assert_eq!(read("1000", "JPY"), Ok(1_000));
        assert_eq!(read("1000.00", "JPY"), Ok(1_000));
        assert_eq!(read("10.5", "KWD"), Ok(10_500));
        assert_eq!(read("1,234.50", "USD"), Ok(123_450));
        assert_eq!(read("92233720368547758.07", "USD"), Ok(i64::MAX));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in [
            "", "-", ".", "1,50", "12.5.0", "1e3", "€5", "1 000", "12a", "1,23,456",
        ] {
            assert_eq!(read(text, "USD"), Err(code::AMOUNT_INVALID), "{text}");
        }
        assert_eq!(
            read("92233720368547758.08", "USD"),
            Err(code::AMOUNT_INVALID)
        );
        assert_eq!(read("1.5", "JPY"), Err(code::AMOUNT_PRECISION));
        assert_eq!(read("1.005", "USD"), Err(code::AMOUNT_PRECISION));
        assert!(Currency::parse("EURO").is_err() && Currency::parse("E1R").is_err());
    }

    #[test]
    fn a_decimal_comma_swaps_the_marks() {
        let euro = Currency::parse("EUR").unwrap();
        assert_eq!(minor_units("1.234,5", euro, b',').ok(), Some(123_450));
        assert!(minor_units("12.50", euro, b',').is_err());
    }
}
