//! One way to tell somebody.

use crate::{AlertError, Mail, Notice, Stderr, Webhook};

/// A channel that the settings name.
#[derive(Debug)]
pub enum Channel {
    /// A signed POST.
    Webhook(Webhook),
    /// A mail.
    Mail(Mail),
    /// A line.
    Stderr(Stderr),
}

impl Channel {
    /// Returns its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Mail(_) => "email",
            Self::Stderr(_) => "stderr",
        }
    }

    /// Tells a notice. `now_s`: Unix seconds, which a webhook's signature covers.
    ///
    /// # Errors
    ///
    /// Why it did not get through. The same notice may be told again.
    pub fn deliver(&self, notice: &Notice, now_s: i64) -> Result<(), AlertError> {
        match self {
            Self::Webhook(webhook) => webhook.deliver(notice, now_s),
            Self::Mail(mail) => mail.deliver(notice),
            Self::Stderr(stderr) => stderr.deliver(notice),
        }
    }
}
