//! Why nobody was told.

use std::path::PathBuf;

/// Why settings cannot be used, or a notice did not get through. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The settings are not what they must be.
    #[error("alerts.toml: {0}")]
    Settings(String),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A secret lies where others can read it, or is none.
    #[error("{path}: {reason}")]
    Secret {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The webhook's server did not take it.
    #[error("the webhook did not take it: {0}")]
    Webhook(String),
    /// The mail server did not take it.
    #[error("the mail server did not take it: {0}")]
    Mail(String),
    /// Standard error is closed.
    #[error("standard error cannot be written: {0}")]
    Stderr(std::io::Error),
}
