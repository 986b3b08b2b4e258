//! One document: its bytes as they were issued, and the name it came with.

use super::list::DOCUMENT_BYTES_MAX;
use super::media::MediaType;
use crate::Error;
use lethe_keeper::hex;
use lethe_model::normalise::clean_line;
use lethe_model::{Personal, Random};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// The longest name of a file, in bytes.
const NAME_BYTES_MAX: usize = 255;

/// A document's bytes in clear. They never print, and are overwritten when they are dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentBytes(Zeroizing<Vec<u8>>);

/// A document that is handed in.
#[derive(Debug)]
pub struct NewDocument {
    /// The name of its file; it may name a person.
    pub name: Option<Personal>,
    /// Its bytes.
    pub bytes: DocumentBytes,
}

/// A document, open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id within the order.
    pub id: String,
    /// The name of its file: one line without a folder.
    pub name: Personal,
    /// What it is, by its content.
    pub media_type: MediaType,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its bytes, as they were handed in.
    pub bytes: DocumentBytes,
}

impl DocumentBytes {
    /// Takes ownership of a document's bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the clear bytes. Every call is a place to review.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns how many bytes there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

impl fmt::Debug for DocumentBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes of a document]", self.0.len())
    }
}

impl Document {
    /// Returns the hash of its bytes in lower-case hexadecimal.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

impl NewDocument {
    /// Checks what was handed in, and gives it an id.
    pub(crate) fn check(self, random: &dyn Random) -> Result<Document, Error> {
        if self.bytes.expose().len() > DOCUMENT_BYTES_MAX {
            return Err(Error::invalid(
                "document",
                "is longer than 10 MiB: hand in a smaller one",
            ));
        }
        let media_type = MediaType::of(self.bytes.expose()).ok_or_else(|| {
            let text = "is neither PDF (`%PDF-`) nor XML in UTF-8 (`<?xml`): hand in the document as it \
                        was issued";
            Error::invalid("document", text)
        })?;
        let name = self.name.as_ref().and_then(file_name);
        let name =
            name.unwrap_or_else(|| Personal::new(format!("document.{}", media_type.extension())));
        if name.expose().len() > NAME_BYTES_MAX {
            return Err(Error::invalid(
                "name",
                "is longer than 255 bytes: shorten it",
            ));
        }
        Ok(Document {
            id: format!("doc_{}", hex(&random.bytes::<8>())),
            name,
            media_type,
            sha256: Sha256::digest(self.bytes.expose()).into(),
            bytes: self.bytes,
        })
    }
}

/// Takes the last part of a path, so that no name leads out of the folder it is written to.
fn file_name(given: &Personal) -> Option<Personal> {
    let line = clean_line(given)?;
    let last = line.expose().rsplit(['/', '\\']).next()?.trim();
    let is_name = !last.is_empty() && last != "." && last != "..";
    is_name.then(|| Personal::new(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, target: &mut [u8]) {
            target.fill(7);
        }
    }

    fn named(name: &str) -> Document {
        let new = NewDocument {
            name: Some(Personal::new(name)),
            bytes: DocumentBytes::new(b"%PDF-1.7".to_vec()),
        };
        new.check(&Sevens).unwrap()
    }

    #[test]
    fn a_name_keeps_no_folder_and_is_never_empty() {
        for (given, kept) in [
            ("invoice.pdf", "invoice.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\1001.pdf", "1001.pdf"),
            ("a\nb.pdf", "ab.pdf"),
            ("..", "document.pdf"),
            ("  ", "document.pdf"),
            ("folder/", "document.pdf"),
        ] {
            assert_eq!(named(given).name.expose(), kept, "{given:?}");
        }
    }

    #[test]
    fn what_is_too_long_or_of_another_kind_is_refused_without_its_name() {
        let mut long = b"%PDF-".to_vec();
        long.resize(DOCUMENT_BYTES_MAX + 1, b' ');
        for bytes in [long, b"GIF89a".to_vec(), Vec::new()] {
            let new = NewDocument {
                name: Some(Personal::new("marked name.pdf")),
                bytes: DocumentBytes::new(bytes),
            };
            let refused = new.check(&Sevens).unwrap_err();
            assert_eq!(refused.code(), "invalid-input");
            assert!(!refused.to_string().contains("marked"));
        }
    }

    #[test]
    fn debug_output_holds_neither_name_nor_bytes() {
        let shown = format!("{:?}", named("ana.pdf"));
        assert!(!shown.contains("ana") && !shown.contains("PDF-"), "{shown}");
    }
}
