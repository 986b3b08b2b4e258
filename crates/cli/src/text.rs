//! Values as people read them on a terminal.

/// Groups a number's digits: `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Says how many of what: `1 person`, `2 people`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Makes a stored value safe to show: a terminal obeys control characters, and the value was
/// written by whoever filled in a form.
pub(crate) fn printable(value: &str) -> String {
    let shown = |c: char| match c {
        '\n' => "\n    ".to_owned(),
        '\t' => " ".to_owned(),
        c if c.is_control() || is_bidi_control(c) => "\u{fffd}".to_owned(),
        c => c.to_string(),
    };
    value.chars().map(shown).collect()
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes an amount of a currency's minor unit with its decimals (ISO 4217).
pub(crate) fn amount(minor: i64, currency: &str) -> String {
    let decimals = match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let unit = 10_u64.pow(decimals);
    let (sign, size) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    if decimals == 0 {
        return format!("{sign}{size} {currency}");
    }
    let width = decimals as usize;
    format!("{sign}{}.{:0width$} {currency}", size / unit, size % unit)
}

/// Counts the columns a text takes on a terminal, near enough for tokens and names.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "person", "people"), "1 person");
        assert_eq!(plural(2_000, "person", "people"), "2,000 people");
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(amount(12_345, "EUR"), "123.45 EUR");
        assert_eq!(amount(-5, "EUR"), "-0.05 EUR");
        assert_eq!(amount(12_345, "JPY"), "12345 JPY");
        assert_eq!(amount(12_345, "KWD"), "12.345 KWD");
    }

    #[test]
    fn a_value_cannot_command_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
