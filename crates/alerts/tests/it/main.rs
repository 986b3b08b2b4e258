//! Channels against servers that the tests play themselves.

mod mail;
mod server;
mod settings;
mod webhook;
