//! Phone numbers: kept as written, compared as E.164.

use crate::Personal;
use phonenumber::{Mode, country};

/// Returns the number in E.164, read in the country of its order, or `None` if it is none.
///
/// `country` is an ISO 3166-1 alpha-2 code; without one only international numbers are understood.
pub fn phone_for_lookup(written: &Personal, country: Option<&str>) -> Option<Personal> {
    let text = written.expose().trim().trim_start_matches('\'');
    if text.len() > 40 || text.bytes().filter(u8::is_ascii_digit).count() < 5 {
        return None;
    }
    let region: Option<country::Id> = country.and_then(|code| code.parse().ok());
    let number = phonenumber::parse(region, text).ok()?;
    let e164 = number.format().mode(Mode::E164).to_string();
    // Not `is_valid`: its numbering plans lag behind newly opened ranges, and a number that cannot
    // be looked up cannot be found for its owner either. ITU-T E.164 allows at most 15 digits.
    (8..=16).contains(&e164.len()).then(|| Personal::new(e164))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(written: &str, country: Option<&str>) -> Option<String> {
        phone_for_lookup(&Personal::new(written), country).map(|phone| phone.expose().to_owned())
    }

    #[test]
    fn national_and_international_spellings_meet() {
        let expected = Some("+33639981234".to_owned());
        assert_eq!(lookup("06 39 98 12 34", Some("FR")), expected);
        assert_eq!(lookup("+33 6 39 98 12 34", Some("DE")), expected);
        assert_eq!(lookup("'+33639981234", None), expected);
        assert_eq!(lookup("0033 6 39 98 12 34", Some("FR")), expected);
    }

    #[test]
    fn what_is_no_number_is_not_indexed() {
        for (text, country) in [
            ("", None),
            ("n/a", Some("FR")),
            ("0639981234", None),
            ("12", Some("FR")),
        ] {
            assert_eq!(lookup(text, country), None, "{text}");
        }
    }
}
