//! How far a long operation has come.

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Databases are copied as they are at one moment.
    Copying,
    /// The backup is written.
    Writing,
    /// Backups are decrypted and put together.
    Unpacking,
    /// What was put together is checked.
    Checking,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, as far as is known.
    pub total: u64,
}
