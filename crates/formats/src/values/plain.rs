//! Text, ids, whole numbers and flags.

use lethe_model::Personal;

use crate::code;
use crate::error::Fault;

/// Takes a cell as a personal value.
pub(crate) fn personal(text: &str) -> Personal {
    Personal::new(text)
}

/// Takes off the apostrophe that spreadsheets put before digits to keep them text (`'75001`).
///
/// Only for postal codes and phone numbers: a name may begin with one (`'t Hooft`).
pub(crate) fn unquoted(text: &str) -> &str {
    text.strip_prefix(['\'', '\u{2019}'])
        .map_or(text, str::trim_start)
}

/// Joins a first and a last name as one line.
pub(crate) fn join_name(first: Option<&str>, last: Option<&str>) -> Option<Personal> {
    match (first, last) {
        (Some(first), Some(last)) => Some(Personal::new(format!("{first} {last}"))),
        (Some(one), None) | (None, Some(one)) => Some(personal(one)),
        (None, None) => None,
    }
}

/// Takes an id as exact text, and refuses one that a spreadsheet has rounded.
pub(crate) fn id(text: &str) -> Result<Personal, Fault> {
    let text = unquoted(text);
    if is_rounded(text) {
        return Err(ROUNDED);
    }
    // Data frames write whole numbers of a column with gaps as `5123456789012.0`.
    let whole = text
        .strip_suffix(".0")
        .filter(|whole| whole.bytes().all(|b| b.is_ascii_digit()));
    Ok(personal(whole.unwrap_or(text)))
}

/// Recognises `5.12346E+12`, which has lost digits for good.
fn is_rounded(text: &str) -> bool {
    text.split_once(['e', 'E']).is_some_and(|(digits, power)| {
        let power = power.strip_prefix('+').unwrap_or(power);
        !power.is_empty()
            && power.bytes().all(|b| b.is_ascii_digit())
            && digits.contains(['.', ','])
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    })
}

/// Reads a flag.
pub(crate) fn yes_no(text: &str) -> Result<bool, Fault> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["yes", "true", "1"]) {
        Ok(true)
    } else if is(&["no", "false", "0"]) {
        Ok(false)
    } else {
        Err(YES_NO)
    }
}

/// Reads how many; `2.0` is two.
pub(crate) fn quantity(text: &str) -> Result<i64, Fault> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    whole.parse().map_err(|_| NUMBER)
}

const ROUNDED: Fault = Fault::new(
    code::ID_ROUNDED,
    "a spreadsheet has rounded this id and its digits are lost: export the file again, and do not \
     save it from a spreadsheet",
);
const YES_NO: Fault = Fault::new(
    code::YES_NO_INVALID,
    "neither yes nor no: write yes, no, or leave it empty",
);
const NUMBER: Fault = Fault::new(code::NUMBER_INVALID, "not a whole number: correct it");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_exact_or_are_refused() {
        assert_eq!(
            id("820982911946154508").unwrap().expose(),
            "820982911946154508"
        );
        assert_eq!(id("5123456789012.0").unwrap().expose(), "5123456789012");
        assert_eq!(id("'5123456789012").unwrap().expose(), "5123456789012");
        assert_eq!(id("A-12.0").unwrap().expose(), "A-12.0");
        assert_eq!(id("1E5").unwrap().expose(), "1E5");
        for text in ["5.12346E+12", "5,12346e12", "8.2E+17"] {
            assert_eq!(id(text).unwrap_err().code, code::ID_ROUNDED, "{text}");
        }
    }

    #[test]
    fn quantities_and_flags() {
        assert_eq!(quantity("2"), Ok(2));
        assert_eq!(quantity("2.0"), Ok(2));
        assert!(quantity("2.5").is_err() && quantity("two").is_err() && quantity("").is_err());
        assert_eq!((yes_no("Yes"), yes_no("false")), (Ok(true), Ok(false)));
        assert!(yes_no("maybe").is_err());
    }

    #[test]
    fn only_a_leading_apostrophe_is_taken_off() {
        assert_eq!(unquoted("'75001"), "75001");
        assert_eq!(unquoted("K2P '0B0"), "K2P '0B0");
    }
}
