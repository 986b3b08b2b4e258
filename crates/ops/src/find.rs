//! Find: exact look-up by e-mail address, phone number or order number. A guess is metered like a
//! read, because a hit tells that the person is known.

use crate::lane::{FindJob, Job, Reply};
use crate::{Error, Vault};
use lethe_crypto::{LookupKind, Token, TokenKey};
use lethe_keeper::{Admitted, Credential};
use lethe_model::{Personal, Purpose, normalise};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// Whom to look for.
#[derive(Debug, Clone)]
pub struct FindQuery {
    pub(crate) kind: LookupKind,
    pub(crate) value: Personal,
    /// Why.
    pub purpose: Purpose,
}

/// Whom a look-up hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where the log holds this look-up.
    pub log_index: u64,
    /// The subjects, as tokens of the caller.
    pub subjects: Vec<FoundSubject>,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSubject {
    /// The subject's token.
    pub subject: String,
    /// The order's token, when an order was looked for.
    pub order: Option<String>,
}

impl FindQuery {
    /// Looks for an e-mail address.
    ///
    /// # Errors
    ///
    /// When it is no address.
    pub fn email(text: &str, purpose: Purpose) -> Result<Self, Error> {
        let value = normalise::email_for_lookup(&Personal::new(text))
            .ok_or_else(|| Error::invalid("email", "is not an e-mail address"))?;
        Ok(Self {
            kind: LookupKind::Email,
            value,
            purpose,
        })
    }

    /// Looks for a phone number; `country` (ISO 3166-1 alpha-2) reads national spellings.
    ///
    /// # Errors
    ///
    /// When it is no number, or a national one without a country.
    pub fn phone(text: &str, country: Option<&str>, purpose: Purpose) -> Result<Self, Error> {
        let value =
            normalise::phone_for_lookup(&Personal::new(text), country).ok_or_else(|| {
                Error::invalid(
                    "phone",
                    "is not a phone number; write +33… or give a country",
                )
            })?;
        Ok(Self {
            kind: LookupKind::Phone,
            value,
            purpose,
        })
    }

    /// Looks for an order by the number people use for it (`#1001`).
    ///
    /// # Errors
    ///
    /// When it is empty.
    pub fn order(text: &str, purpose: Purpose) -> Result<Self, Error> {
        let value = normalise::clean_line(&Personal::new(text))
            .ok_or_else(|| Error::invalid("order", "is empty"))?;
        Ok(Self {
            kind: LookupKind::Order,
            value,
            purpose,
        })
    }
}

impl Found {
    pub(crate) fn new(key: &TokenKey, admitted: &Admitted) -> Self {
        let subjects = admitted.found.iter().map(|(subject, order)| FoundSubject {
            subject: key.encode(Token::Subject(*subject)),
            order: order
                .filter(|order| !order.is_account())
                .map(|order| key.encode(Token::Order(*subject, order))),
        });
        Self {
            log_index: admitted.receipt.index(),
            subjects: subjects.collect(),
        }
    }
}

impl Vault {
    /// Looks somebody up and calls `reply` with the answer.
    pub fn find_then(&self, credential: &Arc<Credential>, query: FindQuery, reply: Reply<Found>) {
        self.lane.send(Job::Find(FindJob {
            credential: Arc::clone(credential),
            query,
            reply,
        }));
    }

    /// Looks somebody up.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the reason. Nobody found is no error: the list is empty.
    pub fn find(&self, credential: &Arc<Credential>, query: FindQuery) -> Result<Found, Error> {
        let (sender, answer) = sync_channel(1);
        // The receiver waits below; a send can fail only if this thread died.
        self.find_then(
            credential,
            query,
            Box::new(move |result| drop(sender.send(result))),
        );
        answer.recv().map_err(|_| Error::ShuttingDown)?
    }
}
