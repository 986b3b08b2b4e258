//! Subjects as tokens: which orders belong together.

use crate::orders::{OrderView, view};
use crate::{Error, Vault};
use lethe_crypto::Token;
use lethe_keeper::Credential;
use lethe_store::active::orders;
use serde::Serialize;

/// A subject as a recipient may see it.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectView {
    /// The subject's token.
    pub token: String,
    /// Their orders.
    pub orders: Vec<OrderView>,
}

impl Vault {
    /// Fetches a subject by token.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none, or the token is another recipient's.
    pub fn subject(&self, credential: &Credential, token: &str) -> Result<SubjectView, Error> {
        self.permit(credential, lethe_model::Power::List)?;
        let Token::Subject(subject) = self.read_token(credential, token)? else {
            return Err(Error::NotFound);
        };
        let rows = self.read_active(|tx| orders::of_subject(tx, &subject))?;
        let key = self.tokens(credential)?;
        let own = rows.iter().filter(|row| row.store == credential.store);
        let orders = own.map(|row| view(&key, row)).collect();
        Ok(SubjectView {
            token: token.to_owned(),
            orders,
        })
    }
}
