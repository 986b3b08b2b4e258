//! Signing: a C2SP signed note under the access log's key. Whoever can verify the log can verify it.

use lethe_tlog::{Note, NoteSigner, SignatureKind, VerifierKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longer texts are not read: a receipt is far smaller.
const BYTES_MAX: usize = 4 << 20;

/// Why a signed text is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// No note at all.
    #[error("this is no signed text of Lethe, or it is cut off")]
    NotANote,
    /// The signature does not fit.
    #[error(
        "the signature does not fit this text and key: it was changed, or is from another installation"
    )]
    Signature,
    /// Another kind of text.
    #[error("this is signed, and is no {0}")]
    OtherKind(&'static str),
    /// Signed, and not readable by this release.
    #[error("this {0} is signed, and its content cannot be read: it may be of a newer release")]
    Content(&'static str),
}

/// Writes a text of a kind: its title, a line for people, the content as one line of JSON; signed.
pub(crate) fn sign<T: Serialize>(
    title: &str,
    line: &str,
    content: &T,
    signer: &NoteSigner,
) -> String {
    let json = serde_json::to_string(content).expect("words and numbers serialise");
    // A name with a control character must not cost an erased person their receipt: notes hold none.
    let line: String = line
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect();
    let text = format!("{title}\n{line}\n{json}\n");
    let note = Note::sign(&text, signer).expect("lines without control characters");
    note.to_string()
}

/// Checks a text of a kind and returns its content.
pub(crate) fn verify<T: DeserializeOwned>(
    title: &'static str,
    text: &str,
    key: &VerifierKey,
) -> Result<T, ReceiptError> {
    if text.len() > BYTES_MAX {
        return Err(ReceiptError::NotANote);
    }
    let note = Note::parse(text.as_bytes()).map_err(|_| ReceiptError::NotANote)?;
    // A witness countersigns checkpoints; its key says nothing about receipts.
    if key.kind() != SignatureKind::Ed25519 {
        return Err(ReceiptError::Signature);
    }
    note.open(std::slice::from_ref(key))
        .map_err(|_| ReceiptError::Signature)?;
    let mut lines = note.text().lines();
    if lines.next() != Some(title) {
        return Err(ReceiptError::OtherKind(title));
    }
    let json = lines.nth(1).ok_or(ReceiptError::Content(title))?;
    if lines.next().is_some() {
        return Err(ReceiptError::Content(title));
    }
    serde_json::from_str(json).map_err(|_| ReceiptError::Content(title))
}
