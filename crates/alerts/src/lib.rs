//! Where alerts go: a signed webhook, e-mail, a line on standard error.
//!
//! The vault's operations cannot link this crate: what holds keys does not talk to the Internet on its own.
//! The command line puts both together. What travels is a [`Notice`]: ids and sentences, nothing of a
//! person. Secrets are read from files of their own each time they are used, and stand in no settings.

mod channel;
mod error;
mod mail;
mod notice;
mod secret;
mod settings;
mod stderr;
mod web;
mod webhook;

pub use channel::Channel;
pub use error::AlertError;
pub use mail::{Mail, MailSettings, Security};
pub use notice::Notice;
pub use settings::{FILE, Settings};
pub use stderr::Stderr;
pub use web::agent;
pub use webhook::{SigningKey, Webhook, WebhookSettings};
