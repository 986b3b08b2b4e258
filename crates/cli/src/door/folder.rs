//! The acts on the folder itself.

use super::{Acts, Erased, FetchedDocument, Look, Narrowing, NewKey, OrderName};
use crate::error::{CliError, Exit};
use crate::views::{
    self, Access, Alert, CanaryCount, CreatedKey, DocumentAdded, DocumentLine, DocumentList, Entry,
    Found, FoundSubject, Key, LintFinding, Order, Orders, RemovedCanaries, Revealed, Status,
    Subject, VendorReach,
};
use lethe_model::{FieldSet, Purpose, StoreId};
use lethe_ops::{
    CanaryChoice, CreatedCredential, Credential, Document, FindQuery, KeptRecords, NewCredential,
    NewDocument, RevealQuery, Vault,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// An opened folder and who acts on it.
pub(crate) struct Folder {
    pub(crate) vault: Vault,
    pub(crate) credential: Arc<Credential>,
}

/// Finds the shop a command is about.
pub(crate) fn store_id(vault: &Vault, named: Option<&str>) -> Result<StoreId, CliError> {
    let stores = vault.stores();
    let names = || {
        let names: Vec<&str> = stores.iter().map(|one| one.name.as_str()).collect();
        names.join(", ")
    };
    match (named, stores) {
        (None, [only]) => Ok(only.id),
        (None, _) => Err(CliError::usage(format!(
            "this installation has several shops ({}): say which with --store",
            names()
        ))),
        (Some(name), _) => stores
            .iter()
            .find(|one| one.name == name)
            .map(|one| one.id)
            .ok_or_else(|| {
                let text = format!("there is no such shop: this installation has {}", names());
                CliError::new(Exit::NotFound, "store-unknown", text)
            }),
    }
}

impl Acts for Folder {
    fn status(&self) -> Result<Status, CliError> {
        Ok(view(self.vault.status()?))
    }

    fn find(&self, look: &Look, purpose: Purpose) -> Result<Found, CliError> {
        let query = match look {
            Look::Email(email) => FindQuery::email(email.expose(), purpose),
            Look::Phone { number, country } => {
                FindQuery::phone(number.expose(), country.as_deref(), purpose)
            }
            Look::Order(reference) => FindQuery::order(reference.expose(), purpose),
        };
        let found = self.vault.find(&self.credential, query?)?;
        let subjects = found.subjects.into_iter().map(|one| FoundSubject {
            subject: one.subject,
            order: one.order,
        });
        Ok(Found {
            log_index: found.log_index,
            subjects: subjects.collect(),
        })
    }

    fn reveal(
        &self,
        token: &str,
        fields: FieldSet,
        purpose: Purpose,
    ) -> Result<Revealed, CliError> {
        let query = RevealQuery { fields, purpose };
        let revealed = self.vault.reveal(&self.credential, token, query)?;
        let fields = revealed
            .fields
            .iter()
            .map(|(field, value)| (field.to_string(), value.expose().into()));
        Ok(Revealed {
            log_index: revealed.log_index,
            fields: fields.collect(),
        })
    }

    fn add_document(
        &self,
        order: &OrderName,
        document: NewDocument,
    ) -> Result<DocumentAdded, CliError> {
        let (vault, credential) = (&self.vault, &self.credential);
        let added = match order {
            OrderName::Token(token) => vault.add_document(credential, token, document),
            OrderName::Number(number) => vault.add_document_by_number(credential, number, document),
        }?;
        Ok(DocumentAdded {
            id: added.id,
            outcome: if added.is_new { "added" } else { "unchanged" }.to_owned(),
            media_type: added.media_type.name().to_owned(),
            bytes: added.bytes,
            sha256: added.sha256,
            log_index: added.log_index,
        })
    }

    fn documents(&self, token: &str, purpose: Purpose) -> Result<DocumentList, CliError> {
        let opened = self.vault.documents(&self.credential, token, purpose)?;
        Ok(DocumentList {
            documents: opened.items.iter().map(line).collect(),
            log_index: opened.log_index,
        })
    }

    fn document(
        &self,
        token: &str,
        id: &str,
        purpose: Purpose,
    ) -> Result<FetchedDocument, CliError> {
        let opened = self.vault.documents(&self.credential, token, purpose)?;
        let log_index = Some(opened.log_index);
        let bytes = opened.take(id)?.bytes;
        Ok(FetchedDocument { bytes, log_index })
    }

    fn order(&self, token: &str) -> Result<Order, CliError> {
        Ok(view(self.vault.order(&self.credential, token)?))
    }

    fn orders(&self, cursor: Option<&str>, limit: u32) -> Result<Orders, CliError> {
        Ok(view(self.vault.list_orders(
            &self.credential,
            cursor,
            limit,
        )?))
    }

    fn subject(&self, token: &str) -> Result<Subject, CliError> {
        Ok(view(self.vault.subject(&self.credential, token)?))
    }

    fn preview_erasure(&self, token: &str) -> Result<Option<Vec<KeptRecords>>, CliError> {
        if !self.credential.is_operator() {
            return Ok(None);
        }
        Ok(Some(self.vault.preview_erasure(&self.credential, token)?))
    }

    fn erase(&self, token: &str) -> Result<Erased, CliError> {
        if self.credential.is_operator() {
            let erasure = self.vault.erase(&self.credential, token)?;
            return Ok(Erased::Done(Box::new(erasure)));
        }
        let waiting = self.vault.request_erasure(&self.credential, token)?;
        Ok(Erased::Waiting(view(waiting)))
    }

    fn create_key(&self, new: &NewKey) -> Result<CreatedKey, CliError> {
        let new = NewCredential {
            recipient: new.recipient.clone(),
            grant: new.grant.clone(),
        };
        Ok(created(
            &self.vault.create_credential(&self.credential, &new)?,
        ))
    }

    fn keys(&self) -> Result<Vec<Key>, CliError> {
        Ok(view(self.vault.list_credentials(&self.credential)?))
    }

    fn revoke_key(&self, id: &str) -> Result<Key, CliError> {
        Ok(view(self.vault.revoke_credential(&self.credential, id)?))
    }

    fn narrow_key(&self, id: &str, change: &Narrowing) -> Result<Key, CliError> {
        let by = &self.credential;
        let grant = match change {
            Narrowing::ToUse => self.vault.proposed_grant(by, id)?,
            Narrowing::To(grant) => (**grant).clone(),
        };
        Ok(view(self.vault.narrow_credential(by, id, grant)?))
    }

    fn quarantine_key(&self, id: &str, is_held: bool) -> Result<Key, CliError> {
        let changed = self
            .vault
            .quarantine_credential(&self.credential, id, is_held)?;
        Ok(view(changed))
    }

    fn vendor_reach(&self) -> Result<Vec<VendorReach>, CliError> {
        Ok(view(self.vault.vendor_blast(&self.credential)?))
    }

    fn lint_keys(&self) -> Result<Vec<LintFinding>, CliError> {
        Ok(view(self.vault.lint_credentials(&self.credential)?))
    }

    fn revoke_derived(&self, id: &str, fingerprint: &str) -> Result<Key, CliError> {
        let parent = self
            .vault
            .revoke_derived(&self.credential, id, fingerprint)?;
        Ok(view(parent))
    }

    fn rotate_key(&self, id: &str, expires_at_ms: i64) -> Result<CreatedKey, CliError> {
        let rotated = self
            .vault
            .rotate_credential(&self.credential, id, expires_at_ms)?;
        Ok(created(&rotated))
    }

    fn accesses(&self, token: &str) -> Result<Vec<Access>, CliError> {
        Ok(view(self.vault.access_history(&self.credential, token)?))
    }

    fn canaries(&self) -> Result<Vec<CanaryCount>, CliError> {
        Ok(view(self.vault.canary_counts(&self.credential)?))
    }

    fn plant_canaries(&self, recipient: &str, csv: &[u8]) -> Result<u64, CliError> {
        let (vault, by) = (&self.vault, &self.credential);
        Ok(vault.plant_canaries_of_export(by, recipient, csv)?)
    }

    fn remove_canaries(
        &self,
        which: &CanaryChoice,
        reason: &str,
    ) -> Result<RemovedCanaries, CliError> {
        let removed = self
            .vault
            .remove_canaries(&self.credential, which, reason)?;
        Ok(view(removed))
    }

    fn alerts(&self, limit: u32) -> Result<Vec<Alert>, CliError> {
        Ok(view(self.vault.alerts(&self.credential, limit)?))
    }

    fn entries(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, CliError> {
        let entries = self
            .vault
            .log_entries(&self.credential, subject, before, limit)?;
        Ok(view(entries))
    }
}

fn line(document: &Document) -> DocumentLine {
    DocumentLine {
        id: document.id.clone(),
        name: document.name.expose().to_owned(),
        media_type: document.media_type.name().to_owned(),
        bytes: document.bytes.count(),
        sha256: document.sha256_hex(),
    }
}

fn created(made: &CreatedCredential) -> CreatedKey {
    CreatedKey {
        key: view(&made.view),
        secret: made.secret.expose().to_owned(),
    }
}

fn view<T: DeserializeOwned>(answer: impl Serialize) -> T {
    views::of(answer).expect("a view has the operation's own members")
}
