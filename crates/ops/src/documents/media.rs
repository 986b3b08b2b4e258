//! What a document is, told by its first bytes: nobody's word and no file name is trusted.

/// The kinds of documents that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// A PDF, possibly with a structured invoice inside (Factur-X).
    Pdf,
    /// An invoice as XML (CII, UBL).
    Xml,
}

/// ISO 32000-1, 7.5.2.
const PDF_HEADER: &[u8] = b"%PDF-";
/// XML 1.0, 2.8: every syntax of EN 16931 is written with it.
const XML_DECLARATION: &[u8] = b"<?xml";
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

impl MediaType {
    /// Tells a document's kind; `None` when it is neither.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(PDF_HEADER) {
            return Some(Self::Pdf);
        }
        let text = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
        let rest = text.strip_prefix(XML_DECLARATION)?;
        // A name may go on: `<?xml-stylesheet` is no declaration.
        rest.first()
            .is_some_and(u8::is_ascii_whitespace)
            .then_some(Self::Xml)
    }

    /// Returns the name of RFC 3778 and RFC 7303.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xml => "application/xml",
        }
    }

    /// Returns the end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xml => "xml",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Xml]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_told_by_its_first_bytes() {
        let pdf: [&[u8]; 2] = [b"%PDF-1.7\n", b"%PDF-"];
        let xml: [&[u8]; 3] = [
            b"<?xml version=\"1.0\"?><Invoice/>",
            b"\xef\xbb\xbf<?xml version='1.0'?>",
            b"<?xml\n",
        ];
        let neither: [&[u8]; 8] = [
            b"",
            b"%PDF",
            b" %PDF-1.7",
            b"<html>",
            b"<!DOCTYPE html>",
            b"<?xml-stylesheet ?>",
            b"<?xml",
            b"PK\x03\x04",
        ];
        assert!(
            pdf.iter()
                .all(|one| MediaType::of(one) == Some(MediaType::Pdf))
        );
        assert!(
            xml.iter()
                .all(|one| MediaType::of(one) == Some(MediaType::Xml))
        );
        assert!(neither.iter().all(|one| MediaType::of(one).is_none()));
    }
}
