//! Why a text is no derived key, or none can be made.

/// Why a text is no derived key, or none can be made. Tells nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerivedKeyError {
    /// It does not have the form at all.
    #[error("not a derived key: one begins with `lethe_dk_` and ends with a checksum")]
    Form,
    /// It has the form, but was mistyped or cut and completed.
    #[error("the derived key's checksum is wrong: it was mistyped, cut or altered")]
    Checksum,
    /// A newer release made it.
    #[error("the derived key is of a newer format: this release reads version 1")]
    Version,
    /// One of its caveats is not known here.
    #[error(
        "the derived key holds a restriction that this release does not know: the whole key is refused"
    )]
    Unknown,
    /// One of its caveats is not written as it must be.
    #[error(
        "the derived key holds a malformed restriction: it was altered, or made by a faulty program"
    )]
    Malformed,
    /// Nothing was taken away.
    #[error("a derived key needs at least one restriction")]
    Empty,
    /// More caveats than a key holds.
    #[error("a derived key has at most 16 restrictions: leave some out, or derive from its parent")]
    TooMany,
    /// More bytes than a key holds.
    #[error(
        "the restrictions are too long together: name fewer orders or networks in one derived key"
    )]
    TooLong,
    /// A caveat that cannot be written.
    #[error("{what} {reason}")]
    Invalid {
        /// Which caveat.
        what: &'static str,
        /// What is wrong with it and what would be right.
        reason: &'static str,
    },
}
