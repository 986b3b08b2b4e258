//! The documents of one order as the one value that is sealed: JSON, the bytes in base64. The format
//! is frozen (docs/crypto.md).

use super::file::{Document, DocumentBytes};
use super::files_field;
use super::media::MediaType;
use crate::Error;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lethe_keeper::{hex, unhex};
use lethe_model::{Field, Personal};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The longest document: 10 MiB.
pub const DOCUMENT_BYTES_MAX: usize = 10 * 1024 * 1024;
/// All documents of an order together: 25 MiB.
pub const DOCUMENTS_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Documents of an order.
pub const DOCUMENTS_MAX: usize = 20;

/// The documents of one order.
#[derive(Default)]
pub(crate) struct DocumentList {
    items: Vec<Document>,
}

/// Where a document stands in the list.
pub(crate) struct Placed<'l> {
    pub(crate) document: &'l Document,
    pub(crate) is_new: bool,
}

/// A document as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'w> {
    id: Cow<'w, str>,
    #[serde(borrow)]
    name: Cow<'w, str>,
    media_type: Cow<'w, str>,
    sha256: Cow<'w, str>,
    #[serde(borrow)]
    bytes: Cow<'w, str>,
}

/// Takes the documents out of an opened record; none when it is of another kind.
///
/// # Errors
///
/// [`Error::Altered`] when they cannot be read.
pub fn documents_in(fields: &[(Field, Personal)]) -> Result<Vec<Document>, Error> {
    let files = fields.iter().find(|(field, _)| *field == files_field());
    files.map_or(Ok(Vec::new()), |(_, value)| {
        Ok(DocumentList::read(value)?.items)
    })
}

impl DocumentList {
    /// Reads a list.
    pub(crate) fn read(value: &Personal) -> Result<Self, Error> {
        let written: Vec<Written<'_>> =
            serde_json::from_str(value.expose()).map_err(|_| Error::Altered)?;
        let items = written.into_iter().map(Written::read);
        Ok(Self {
            items: items.collect::<Option<_>>().ok_or(Error::Altered)?,
        })
    }

    /// Adds a document, unless its bytes are there already.
    pub(crate) fn place(&mut self, document: Document) -> Result<Placed<'_>, Error> {
        let same = self
            .items
            .iter()
            .position(|one| one.sha256 == document.sha256);
        if let Some(at) = same {
            return Ok(Placed {
                document: &self.items[at],
                is_new: false,
            });
        }
        if self.items.len() >= DOCUMENTS_MAX {
            return Err(Error::invalid(
                "document",
                "is one too many: an order has at most 20",
            ));
        }
        let items = self.items.iter().chain([&document]);
        let all: usize = items.map(|one| one.bytes.expose().len()).sum();
        if all > DOCUMENTS_BYTES_MAX {
            let text =
                "makes the order's documents longer than 25 MiB together: hand in a smaller one";
            return Err(Error::invalid("document", text));
        }
        self.items.push(document);
        Ok(Placed {
            document: self.items.last().expect("it was just added"),
            is_new: true,
        })
    }

    /// Writes the list.
    pub(crate) fn write(&self) -> Personal {
        let encoded: Vec<Zeroizing<String>> = self
            .items
            .iter()
            .map(|one| Zeroizing::new(STANDARD.encode(one.bytes.expose())))
            .collect();
        let written: Vec<Written<'_>> = self
            .items
            .iter()
            .zip(&encoded)
            .map(|(one, bytes)| Written {
                id: (&*one.id).into(),
                name: one.name.expose().into(),
                media_type: one.media_type.name().into(),
                sha256: hex(&one.sha256).into(),
                bytes: bytes.as_str().into(),
            })
            .collect();
        // Names may grow sixfold as JSON. With room for all of it the text is never moved, and
        // leaves no copy behind.
        let len = encoded
            .iter()
            .zip(&self.items)
            .fold(2, |len, (bytes, one)| {
                len + bytes.len() + 6 * one.name.expose().len() + 200
            });
        let mut text = Vec::with_capacity(len);
        serde_json::to_writer(&mut text, &written).expect("texts serialise");
        Personal::new(String::from_utf8(text).expect("JSON is UTF-8"))
    }
}

impl Written<'_> {
    fn read(self) -> Option<Document> {
        let bytes = DocumentBytes::new(STANDARD.decode(self.bytes.as_bytes()).ok()?);
        Some(Document {
            id: self.id.into_owned(),
            name: Personal::new(self.name),
            media_type: MediaType::parse(&self.media_type)?,
            sha256: unhex(&self.sha256)?.try_into().ok()?,
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn document(number: usize, len: usize) -> Document {
        let mut bytes = format!("%PDF-1.7 {number}").into_bytes();
        bytes.resize(len.max(bytes.len()), 0xa5);
        Document {
            id: format!("doc_{number}"),
            name: Personal::new("Zoë \"1001\".pdf"),
            media_type: MediaType::Pdf,
            sha256: Sha256::digest(&bytes).into(),
            bytes: DocumentBytes::new(bytes),
        }
    }

    #[test]
    fn a_list_is_written_as_documented_and_read_back() {
        let text = include_str!("../../../../docs/vectors/envelope-v2.json");
        let vector: serde_json::Value = serde_json::from_str(text).unwrap();
        let of = &vector["documents"];
        let value = Personal::new(of["value"].as_str().unwrap());
        let list = DocumentList::read(&value).unwrap();
        let bytes = list.items[0].bytes.expose();
        assert_eq!(hex(bytes), of["bytes"]);
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        assert_eq!(list.items[0].sha256, hash);
        assert!(list.write() == value);
    }

    #[test]
    fn names_come_back_whatever_is_in_them() {
        let mut list = DocumentList::default();
        list.place(document(1, 0)).unwrap();
        let again = DocumentList::read(&list.write()).unwrap();
        assert!(again.items == list.items);
    }

    #[test]
    fn the_same_bytes_are_kept_once() {
        let mut list = DocumentList::default();
        assert!(list.place(document(1, 0)).unwrap().is_new);
        let mut again = document(1, 0);
        again.id = "doc_2".to_owned();
        let placed = list.place(again).unwrap();
        assert!(!placed.is_new);
        assert_eq!(placed.document.id, "doc_1");
    }

    #[test]
    fn an_order_has_at_most_twenty_documents_and_25_mib() {
        let mut list = DocumentList::default();
        for number in 0..DOCUMENTS_MAX {
            list.place(document(number, 0)).unwrap();
        }
        assert!(list.place(document(20, 0)).is_err());
        let mut list = DocumentList::default();
        list.place(document(1, DOCUMENT_BYTES_MAX)).unwrap();
        list.place(document(2, DOCUMENT_BYTES_MAX)).unwrap();
        assert!(list.place(document(3, DOCUMENT_BYTES_MAX)).is_err());
        list.place(document(4, 5 * 1024 * 1024)).unwrap();
        assert!(list.place(document(5, 0)).is_err(), "a byte too many");
    }

    #[test]
    fn a_text_that_is_no_list_is_refused() {
        for text in ["", "{}", r#"[{"id":"doc_1"}]"#, "[1]"] {
            assert!(DocumentList::read(&Personal::new(text)).is_err());
        }
    }
}
