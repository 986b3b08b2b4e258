//! File names in `Content-Disposition` (RFC 6266): read from requests, written into answers.

use axum::http::HeaderValue;
use lethe_model::Personal;

/// Reads the file name of a header; `None` when it has none that can be read.
pub(super) fn file_name(header: &HeaderValue) -> Option<Personal> {
    let text = std::str::from_utf8(header.as_bytes()).ok()?;
    let (mut plain, mut extended) = (None, None);
    let (_, mut rest) = text.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, behind) = parameter(after.trim_start())?;
        match name.trim().to_ascii_lowercase().as_str() {
            "filename" => plain = plain.or(Some(value)),
            "filename*" => extended = extended.or_else(|| decoded(&value)),
            _ => (),
        }
        match behind.trim_start().strip_prefix(';') {
            Some(next) if !next.trim().is_empty() => rest = next,
            _ => break,
        }
    }
    // RFC 6266 §4.3: the extended form says it better.
    extended.or(plain).map(Personal::new)
}

/// Writes the header of a download. A document is saved, never shown in place.
pub(super) fn attachment(name: &Personal) -> Option<HeaderValue> {
    let mut encoded = String::from("attachment; filename*=UTF-8''");
    for byte in name.expose().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            other => encoded += &format!("%{other:02X}"),
        }
    }
    HeaderValue::from_str(&encoded).ok()
}

/// Takes a token or a quoted string off the beginning.
fn parameter(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// Reads `UTF-8''…` with percent-encoded bytes (RFC 8187 §3.2).
fn decoded(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let charset = parts.next()?;
    let (_, text) = (parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &[u8]) -> Option<String> {
        let name = file_name(&HeaderValue::from_bytes(header).unwrap());
        name.map(|name| name.expose().to_owned())
    }

    #[test]
    fn names_are_read_in_every_form_of_the_standard() {
        let forms: [(&[u8], &str); 6] = [
            (b"attachment; filename=a.pdf", "a.pdf"),
            (
                b"attachment; filename=\"a \\\"b\\\"; c.pdf\"",
                "a \"b\"; c.pdf",
            ),
            (
                b"attachment;filename=\"x.pdf\"; filename*=UTF-8''Zo%C3%AB.pdf",
                "Zo\u{eb}.pdf",
            ),
            (b"inline; size=3; FileName = \"a.pdf\"", "a.pdf"),
            (
                b"attachment; filename*=iso-8859-1''a.pdf; filename=b.pdf",
                "b.pdf",
            ),
            (
                "attachment; filename=\"Zo\u{eb}.pdf\"".as_bytes(),
                "Zo\u{eb}.pdf",
            ),
        ];
        for (header, name) in forms {
            assert_eq!(read(header).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        let headers: [&[u8]; 6] = [
            b"attachment",
            b"attachment; filename",
            b"attachment; filename=\"open",
            b"attachment; filename*=UTF-8''%C3",
            b"attachment; filename*=UTF-8''%+1",
            b"attachment; filename*=a.pdf",
        ];
        for header in headers {
            assert_eq!(read(header), None);
        }
    }

    #[test]
    fn a_written_name_is_read_back_and_breaks_no_header() {
        for name in ["Zo\u{eb} \"1\"; 'x'.pdf", "a\r\nb", "%41"] {
            let header = attachment(&Personal::new(name)).unwrap();
            assert_eq!(read(header.as_bytes()).as_deref(), Some(name));
        }
    }
}
