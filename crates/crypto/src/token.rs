//! Tokens: pairwise pseudonyms. Each recipient gets another one for the same subject or order.
//!
//! Deterministic by AES-256-SIV (RFC 5297) under a key per store and recipient: no table of
//! tokens to steal or to erase, two recipients' copies cannot be joined, and a guessed token does
//! not authenticate. See `docs/adr/0003-tokens-by-aes-siv.md`.

use crate::base62;
use aes_siv::{KeyInit, siv::Aes256Siv};
use lethe_model::{OrderId, Random, SubjectId};
use std::fmt;
use zeroize::Zeroize;

const LABEL: &[u8] = b"lethe-token-v1";
const SUBJECT_PREFIX: &str = "sub_";
const ORDER_PREFIX: &str = "ord_";
const SUBJECT_DIGITS: usize = 43;
const ORDER_DIGITS: usize = 65;

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// A subject: their account record, and the list of their orders.
    Subject(SubjectId),
    /// One order of a subject, and nothing else of theirs.
    Order(SubjectId, OrderId),
}

/// A text that is no token of this recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of this recipient: tokens differ for every recipient and cannot be exchanged")]
pub struct TokenError;

/// The token key of one recipient in one store.
#[derive(Clone)]
pub struct TokenKey([u8; 64]);

impl TokenKey {
    /// Length in bytes: AES-SIV takes two AES-256 keys.
    pub const LEN: usize = 64;

    /// Draws a fresh key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.bytes())
    }

    /// Takes key bytes from the keyring.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the key bytes, for wrapping.
    pub fn expose(&self) -> &[u8; 64] {
        &self.0
    }

    /// Writes the token of a subject or order.
    pub fn encode(&self, token: Token) -> String {
        let mut clear = [0; 32];
        let (prefix, clear, digits) = match token {
            Token::Subject(subject) => {
                clear[..16].copy_from_slice(subject.as_bytes());
                (SUBJECT_PREFIX, &clear[..16], SUBJECT_DIGITS)
            }
            Token::Order(subject, order) => {
                clear[..16].copy_from_slice(subject.as_bytes());
                clear[16..].copy_from_slice(order.as_bytes());
                (ORDER_PREFIX, &clear[..], ORDER_DIGITS)
            }
        };
        let sealed = Aes256Siv::new((&self.0).into())
            .encrypt([LABEL, prefix.as_bytes()], clear)
            .expect("two headers and 32 bytes are within the cipher's limits");
        format!("{prefix}{}", base62::encode(&sealed, digits))
    }

    /// Reads a token back.
    ///
    /// # Errors
    ///
    /// [`TokenError`] for anything this recipient was not given.
    pub fn decode(&self, text: &str) -> Result<Token, TokenError> {
        if let Some(digits) = text.strip_prefix(SUBJECT_PREFIX) {
            let clear: [u8; 16] = self.open::<32, 16>(SUBJECT_PREFIX, digits, SUBJECT_DIGITS)?;
            return Ok(Token::Subject(SubjectId::from_bytes(clear)));
        }
        let digits = text.strip_prefix(ORDER_PREFIX).ok_or(TokenError)?;
        let clear: [u8; 32] = self.open::<48, 32>(ORDER_PREFIX, digits, ORDER_DIGITS)?;
        let (subject, order) = clear.split_at(16);
        Ok(Token::Order(
            SubjectId::from_slice(subject).ok_or(TokenError)?,
            OrderId::from_slice(order).ok_or(TokenError)?,
        ))
    }

    fn open<const SEALED: usize, const CLEAR: usize>(
        &self,
        prefix: &str,
        digits: &str,
        width: usize,
    ) -> Result<[u8; CLEAR], TokenError> {
        if digits.len() != width {
            return Err(TokenError);
        }
        let sealed: [u8; SEALED] = base62::decode(digits).ok_or(TokenError)?;
        Aes256Siv::new((&self.0).into())
            .decrypt([LABEL, prefix.as_bytes()], &sealed)
            .ok()
            .and_then(|clear| clear.try_into().ok())
            .ok_or(TokenError)
    }
}

impl Drop for TokenKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> [Token; 2] {
        let (subject, order) = (SubjectId::from_bytes([1; 16]), OrderId::from_bytes([2; 16]));
        [Token::Subject(subject), Token::Order(subject, order)]
    }

    #[test]
    fn a_recipient_reads_its_own_tokens_and_nobody_elses() {
        let (warehouse, marketing) = (TokenKey([1; 64]), TokenKey([2; 64]));
        for token in tokens() {
            let text = warehouse.encode(token);
            assert_eq!(warehouse.decode(&text), Ok(token));
            assert_eq!(marketing.decode(&text), Err(TokenError));
            assert_ne!(marketing.encode(token), text);
        }
    }

    #[test]
    fn a_changed_token_is_no_token() {
        let key = TokenKey([1; 64]);
        for token in tokens() {
            let text = key.encode(token);
            for at in 4..text.len() {
                let mut changed = text.clone().into_bytes();
                changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
                assert!(key.decode(std::str::from_utf8(&changed).unwrap()).is_err());
            }
            assert!(key.decode(&text[..text.len() - 1]).is_err());
            assert!(key.decode(&format!("{text}0")).is_err());
        }
    }
}
