//! Reveal: the one way personal data leaves the vault.

use crate::lane::{Job, Reply, RevealJob};
use crate::{Error, Vault};
use lethe_crypto::{FieldContext, SecretKey, Token, open_fields};
use lethe_keeper::Credential;
use lethe_model::{Category, Field, FieldSet, Personal, Purpose};
use lethe_store::active::records::RecordRow;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// What is asked about a token.
#[derive(Debug, Clone, Copy)]
pub struct RevealQuery {
    /// Which fields.
    pub fields: FieldSet,
    /// Why.
    pub purpose: Purpose,
}

/// What was revealed.
#[derive(Debug)]
pub struct Revealed {
    /// Where the log holds this reveal.
    pub log_index: u64,
    /// The fields that are stored, by number; fields nobody filled in are absent.
    pub fields: Vec<(Field, Personal)>,
}

impl Vault {
    /// Reveals fields of what a token stands for and calls `reply` with the answer.
    pub fn reveal_then(
        &self,
        credential: &Arc<Credential>,
        token: &str,
        query: RevealQuery,
        reply: Reply<Revealed>,
    ) {
        let checked = self
            .read_token(credential, token)
            .and_then(|token| check_fields(token, query.fields).map(|()| token));
        match checked {
            Err(error) => reply(Err(error)),
            Ok(token) => {
                let credential = Arc::clone(credential);
                self.lane.send(Job::Reveal(RevealJob {
                    credential,
                    token,
                    query,
                    reply,
                }));
            }
        }
    }

    /// Reveals fields of what a token stands for.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the reason, [`Error::NotFound`] for what is not there or erased.
    pub fn reveal(
        &self,
        credential: &Arc<Credential>,
        token: &str,
        query: RevealQuery,
    ) -> Result<Revealed, Error> {
        let (sender, answer) = sync_channel(1);
        // The receiver waits below; a send can fail only if this thread died.
        let reply = Box::new(move |result| drop(sender.send(result)));
        self.reveal_then(credential, token, query, reply);
        answer.recv().map_err(|_| Error::ShuttingDown)?
    }
}

/// An order's token opens the order's records and a subject's token the account: neither widens.
fn check_fields(token: Token, fields: FieldSet) -> Result<(), Error> {
    let account = fields.of_category(Category::Account);
    if fields.is_empty() {
        return Err(Error::invalid(
            "fields",
            "name at least one, for example `delivery.street`",
        ));
    }
    match token {
        Token::Order(..) if !account.is_empty() => Err(Error::invalid(
            "fields",
            "account fields belong to a subject: use a `sub_…` token for them",
        )),
        Token::Subject(_) if account != fields => Err(Error::invalid(
            "fields",
            "a `sub_…` token opens account fields only: use the order's `ord_…` token for others",
        )),
        _ => Ok(()),
    }
}

/// Opens the wanted fields of one record.
pub(crate) fn open_record(
    key: &SecretKey,
    row: &RecordRow,
    fields: FieldSet,
) -> Result<Vec<(Field, Personal)>, Error> {
    let context = FieldContext {
        store: row.store,
        record: row.id,
        generation: row.generation,
    };
    open_fields(key, &context, &row.envelope, fields).map_err(|_| Error::Altered)
}
