//! `alerts.toml` in the data folder: which channels there are.

use crate::{AlertError, Channel, Mail, MailSettings, Stderr, Webhook, WebhookSettings};
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::Path;

/// The file's name in the data folder.
pub const FILE: &str = "alerts.toml";

/// Which channels there are. Without a file: standard error alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether each alert is a line on standard error.
    #[serde(default = "yes")]
    pub stderr: bool,
    /// Where a webhook is.
    pub webhook: Option<WebhookSettings>,
    /// Where mail goes.
    pub email: Option<MailSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stderr: true,
            webhook: None,
            email: None,
        }
    }
}

impl Settings {
    /// Reads the file of a data folder.
    ///
    /// # Errors
    ///
    /// When there is one and it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, AlertError> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(AlertError::File { path, source }),
        }
    }

    /// Parses the file's text.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, AlertError> {
        // The parser's long form repeats the line, which may hold what does not belong there.
        toml::from_str(text).map_err(|error| AlertError::Settings(error.message().to_owned()))
    }

    /// Makes the channels. File names count from `folder`.
    ///
    /// # Errors
    ///
    /// When a setting cannot be used or a secret cannot be read.
    pub fn channels(&self, folder: &Path) -> Result<Vec<Channel>, AlertError> {
        let mut channels = Vec::new();
        if self.stderr {
            channels.push(Channel::Stderr(Stderr));
        }
        if let Some(settings) = &self.webhook {
            channels.push(Channel::Webhook(Webhook::new(settings, folder)?));
        }
        if let Some(settings) = &self.email {
            channels.push(Channel::Mail(Mail::new(settings, folder)?));
        }
        Ok(channels)
    }
}

fn yes() -> bool {
    true
}
