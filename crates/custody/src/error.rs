//! Why a key, share or ceremony file cannot be used.

/// Nothing was opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// A public key is no point of the curve.
    #[error("archive key {0} is damaged")]
    BadKey(String),
    /// What is sealed does not open.
    #[error("a sealed record key does not open: it was altered, or sealed to another key")]
    Unopenable,
    /// Something is asked of the wrong length or shape.
    #[error("{0}")]
    Invalid(&'static str),
    /// The passphrase does not open the share.
    #[error("the passphrase does not open this share")]
    Passphrase,
    /// The file is no share, or damaged.
    #[error("this is no share file of Lethe's archive, or it is damaged: use another copy of it")]
    BadShare,
    /// Two shares that do not belong together.
    #[error("{0}")]
    Mismatch(&'static str),
    /// The joined shares do not give the recorded key.
    #[error(
        "the shares do not give archive key {0}: one of them was altered; use another custodian's"
    )]
    WrongKey(String),
    /// The request names a key that the shares do not hold.
    #[error("the shares hold no archive key {0}: they are from another ceremony")]
    MissingKey(String),
    /// The request's time is over.
    #[error("this request has expired: ask for a new one")]
    Expired,
    /// The file is not what it says.
    #[error("this is no {0} of Lethe's archive, or it is damaged")]
    BadFile(&'static str),
    /// A reply to something else.
    #[error("this reply is for another request")]
    OtherRequest,
    /// The list that was approved is not the list in the file.
    #[error(
        "the list in this request is not the one that was approved: do not open it, and treat it as an incident"
    )]
    NotFrozen,
}
