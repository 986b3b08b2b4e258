//! Bytes of unknown encoding, made into UTF-8.
//!
//! Shops export UTF-8, but files are opened in spreadsheets and saved again, which leaves
//! Windows-1252 or UTF-16 behind. A wrong guess would store a person's name wrongly for years, so
//! the guess is careful, is reported, and can be overruled.

mod decoder;
mod encoding;

pub use decoder::Decoder;
pub use encoding::TextEncoding;
