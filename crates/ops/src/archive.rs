//! The archive: its keys, and the ceremony in which some of it is read.
//!
//! A request freezes a list of records. Two approvers later the vault takes the outer wrapping of
//! their record keys off and writes a request file; two custodians open those keys on another machine;
//! with their reply the vault reads exactly these records, once, logged.

use crate::dispose::outer_context;
use crate::policy::timestamp;
use crate::proposals::ProposalView;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::{FieldContext, LookupKind, SecretKey, open_bytes, open_fields};
use lethe_custody::{
    CustodyError, Reply, ReplyKey, Request, RequestItem, RequestKind, SealedFor, frozen_sha256,
    open_reply,
};
use lethe_keeper::{ArchiveKey, Credential, Proposal, ProposalKind, hex};
use lethe_model::normalise::clean_line;
use lethe_model::{Category, Field, FieldSet, OrderId, Personal, Purpose, RecordId, SubjectId};
use lethe_store::archive::records::{self as archived, ArchivedRow};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Orders in one request at most: more is an export, not a look.
const ORDERS_MAX: usize = 10_000;
/// Records of each key that a test opens.
const TESTED_PER_KEY: i64 = 3;

/// The archive at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct ArchiveStatus {
    /// Its keys, by id.
    pub keys: Vec<ArchiveKeyView>,
}

/// One archive key.
#[derive(Debug, Clone, Serialize)]
pub struct ArchiveKeyView {
    /// `year/2024` or `notification`.
    pub key_id: String,
    /// Which ceremony made it.
    pub set: String,
    /// Records sealed to it.
    pub records: u64,
    /// When shares and data were last proved to open.
    pub tested_at: Option<Timestamp>,
    /// Whether that is more than a year ago, although records depend on it.
    pub is_test_overdue: bool,
}

/// What is asked of the archive.
#[derive(Debug, Clone)]
pub struct NewArchiveRequest {
    /// Order or invoice numbers.
    pub orders: Vec<Personal>,
    /// The kinds of records; all when empty.
    pub categories: Vec<Category>,
    /// Why, from the closed list.
    pub purpose: Purpose,
    /// Why, in words. Never a name.
    pub reason: String,
}

/// A frozen list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frozen {
    purpose: String,
    records: Vec<(String, String, u8)>,
}

impl Frozen {
    /// Reads the list of a request or a test of the archive.
    pub(crate) fn read(proposal: &Proposal) -> Result<Self, Error> {
        serde_json::from_str(&proposal.frozen).map_err(|_| Error::Altered)
    }

    pub(crate) fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Returns the records in the order of the list.
    pub(crate) fn records(&self) -> Result<Vec<RecordId>, Error> {
        let record = |(subject, order, category): &(String, String, u8)| {
            Ok(RecordId {
                subject: read_id(subject).map(SubjectId::from_bytes)?,
                order: read_id(order).map(OrderId::from_bytes)?,
                category: Category::from_number((*category).into()).ok_or(Error::Altered)?,
            })
        };
        self.records.iter().map(record).collect()
    }
}

/// An archived record, open.
#[derive(Debug)]
pub struct OpenedRecord {
    /// Its place in the request.
    pub n: u32,
    /// The kind of record.
    pub category: Category,
    /// Its fields.
    pub fields: Vec<(Field, Personal)>,
}

impl Vault {
    /// Makes the public halves of new archive keys known.
    ///
    /// # Errors
    ///
    /// When one of them is known already, or what grant, log and keyring say.
    pub fn register_archive_keys(
        &self,
        credential: &Credential,
        set: &lethe_custody::KeySet,
    ) -> Result<(), Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let known = self.archive_key_ids()?;
        if let Some(twice) = set.public.iter().find(|key| known.contains(&key.key_id)) {
            let text = format!("has {} already: name other years", twice.key_id);
            return Err(Error::invalid("years", text));
        }
        let keys: Vec<ArchiveKey> = set
            .public
            .iter()
            .map(|key| ArchiveKey {
                key_id: key.key_id.clone(),
                public_key: key.public,
                set_id: set.set_id.0,
                tested_at_ms: None,
            })
            .collect();
        Ok(self.keeper.register_archive_keys(credential, &keys)?)
    }

    /// Returns the archive's keys with what hangs on them.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `retention`.
    pub fn archive_status(&self, credential: &Credential) -> Result<ArchiveStatus, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let counts = self.read_archive(|tx| archived::counts(tx, credential.store))?;
        let now_ms = self.around.clock.now_ms();
        let view = |key: ArchiveKey| {
            let count = counts.iter().find(|(id, _)| *id == key.key_id);
            let records = count.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0));
            let year_ago = now_ms - 366 * DAY_MS;
            ArchiveKeyView {
                is_test_overdue: records > 0 && key.tested_at_ms.is_none_or(|at| at < year_ago),
                key_id: key.key_id,
                set: hex(&key.set_id[..4]),
                records,
                tested_at: key.tested_at_ms.map(timestamp),
            }
        };
        let keys = self.keeper.archive_keys()?.into_iter().map(view);
        Ok(ArchiveStatus {
            keys: keys.collect(),
        })
    }

    /// Asks for archived records; the list is frozen.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when none of the numbers is in the archive.
    pub fn request_archive(
        &self,
        credential: &Credential,
        new: &NewArchiveRequest,
    ) -> Result<ProposalView, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        if new.orders.is_empty() || new.orders.len() > ORDERS_MAX {
            return Err(Error::invalid(
                "orders",
                "must be 1 to 10,000 order numbers",
            ));
        }
        check_reason(&new.reason)?;
        let mut records = Vec::new();
        for number in &new.orders {
            let (subject, _) = self.archived_order(credential, number)?;
            let rows = self.read_archive(|tx| archived::of_subject(tx, &subject))?;
            let wanted = rows
                .into_iter()
                .map(|row| row.id)
                .filter(|id| new.categories.is_empty() || new.categories.contains(&id.category));
            records.extend(wanted);
        }
        if records.is_empty() {
            return Err(Error::NotFound);
        }
        let frozen = Frozen {
            purpose: new.purpose.name().to_owned(),
            records: records.iter().map(written).collect(),
        };
        let frozen = serde_json::to_string(&frozen).expect("words and numbers serialise");
        let key = ReplyKey::generate(&*self.around.random);
        let secret = Some(key.expose().as_slice());
        let (kind, reason) = (ProposalKind::ArchiveRequest, &new.reason);
        let made = self
            .keeper
            .propose(credential, kind, frozen, reason, secret)?;
        self.proposal_view(credential, &made)
    }

    /// Asks for a test: a few records of every key that has any. It needs no approval, because
    /// nobody is shown anything.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when nothing is archived yet.
    pub fn request_archive_test(&self, credential: &Credential) -> Result<Request, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let random = &*self.around.random;
        let mut rows = Vec::new();
        for key in self.keeper.archive_keys()? {
            let from = SubjectId::from_bytes(random.bytes());
            let first = SubjectId::from_bytes([0; 16]);
            let found = self.read_archive(|tx| {
                let some = archived::some_of_key(tx, &key.key_id, &from, TESTED_PER_KEY)?;
                if some.is_empty() {
                    archived::some_of_key(tx, &key.key_id, &first, TESTED_PER_KEY)
                } else {
                    Ok(some)
                }
            })?;
            rows.extend(
                found
                    .into_iter()
                    .filter(|row| row.store == credential.store),
            );
        }
        if rows.is_empty() {
            return Err(Error::NotFound);
        }
        let frozen = Frozen {
            purpose: "test".to_owned(),
            records: rows.iter().map(|row| written(&row.id)).collect(),
        };
        let frozen = serde_json::to_string(&frozen).expect("words and numbers serialise");
        let key = ReplyKey::generate(random);
        let secret = Some(key.expose().as_slice());
        let proposal = self.keeper.propose(
            credential,
            ProposalKind::ArchiveTest,
            frozen,
            "yearly test",
            secret,
        )?;
        self.request_file(credential, &proposal, RequestKind::Test, &rows)
    }

    /// Writes the file for the custodians, once enough have approved.
    ///
    /// # Errors
    ///
    /// [`lethe_keeper::Refusal::NotApprovable`] says what is missing.
    pub fn archive_request_file(
        &self,
        credential: &Credential,
        proposal: &str,
    ) -> Result<Request, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let proposal = self.keeper.proposal(credential.store, proposal)?;
        self.keeper
            .check_usable(&proposal, ProposalKind::ArchiveRequest)?;
        let rows = self.frozen_rows(&proposal)?;
        self.request_file(credential, &proposal, RequestKind::Open, &rows)
    }

    /// Takes the outer wrapping off: against a receipt, like every use of a data key.
    fn request_file(
        &self,
        credential: &Credential,
        proposal: &Proposal,
        kind: RequestKind,
        rows: &[ArchivedRow],
    ) -> Result<Request, Error> {
        let frozen = Frozen::read(proposal)?;
        let sealed = self.unwrap_outer(credential, proposal, rows, "unwrap")?;
        let items: Vec<RequestItem> = (0u32..)
            .zip(rows.iter().zip(&sealed))
            .map(|(n, (row, sealed))| {
                let sealed_for = SealedFor {
                    store: row.store,
                    record: row.id,
                };
                RequestItem::new(n, &row.key_id, &sealed_for, sealed)
            })
            .collect();
        let secret = self.keeper.secret_of(proposal)?.ok_or(Error::NotFound)?;
        let key = ReplyKey::from_bytes(&secret).ok_or(Error::NotFound)?;
        let approvals = proposal.approvals.iter();
        Ok(Request {
            version: 1,
            request_id: proposal.id.clone(),
            kind,
            purpose: frozen.purpose,
            reason: proposal.reason.clone(),
            created_at: timestamp(proposal.created_at_ms),
            expires_at: timestamp(proposal.expires_at_ms),
            reply_public: key.public(),
            approvals: approvals
                .map(|one| (one.recipient.clone(), timestamp(one.approved_at_ms)))
                .collect(),
            frozen_sha256: frozen_sha256(&items),
            items,
        })
    }

    fn unwrap_outer(
        &self,
        credential: &Credential,
        proposal: &Proposal,
        rows: &[ArchivedRow],
        step: &str,
    ) -> Result<Vec<Vec<u8>>, Error> {
        let detail = serde_json::json!({
            "step": step, "proposal": proposal.id, "kind": proposal.kind.name(), "records": rows.len(),
        });
        let records: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        let keys = self
            .keeper
            .archive_data_keys(credential, &records, detail)?;
        rows.iter()
            .zip(keys)
            .map(|(row, key)| {
                open_bytes(&key, &outer_context(&row.id), &row.sealed_key)
                    .map_err(|_| Error::Altered)
            })
            .collect()
    }

    /// Reads the records of an approved request with the custodians' reply, and hands them to `show`.
    /// It can be done once: the request is used up when `show` has succeeded, so that a process that
    /// is stopped, or a screen that is full, costs nobody another ceremony. Each try is in the log.
    ///
    /// # Errors
    ///
    /// When the reply is not of this request, or something was altered: nothing is shown then.
    /// Otherwise what `show` says.
    pub fn open_archive<E: From<Error>>(
        &self,
        credential: &Credential,
        reply: &Reply,
        show: impl FnOnce(&[OpenedRecord]) -> Result<(), E>,
    ) -> Result<(), E> {
        let (proposal, opened) = self.opened(credential, reply)?;
        show(&opened)?;
        Ok(self.use_up(credential, &proposal)?)
    }

    fn use_up(&self, credential: &Credential, proposal: &Proposal) -> Result<(), Error> {
        self.keeper
            .use_proposal(credential, &proposal.id, ProposalKind::ArchiveRequest)?;
        Ok(self.keeper.publish_log()?)
    }

    fn opened(
        &self,
        credential: &Credential,
        reply: &Reply,
    ) -> Result<(Proposal, Vec<OpenedRecord>), Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let proposal = self.keeper.proposal(credential.store, &reply.request_id)?;
        self.keeper
            .check_usable(&proposal, ProposalKind::ArchiveRequest)?;
        let rows = self.frozen_rows(&proposal)?;
        let opened = self.open_rows(credential, &proposal, &rows, reply, "reveal")?;
        Ok((proposal, opened))
    }

    /// Proves with the custodians' reply that shares and data open; shows nothing. Returns the keys
    /// that were proved.
    ///
    /// # Errors
    ///
    /// When anything does not open.
    pub fn finish_archive_test(
        &self,
        credential: &Credential,
        reply: &Reply,
    ) -> Result<Vec<String>, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let proposal = self.keeper.proposal(credential.store, &reply.request_id)?;
        if proposal.kind != ProposalKind::ArchiveTest {
            return Err(CustodyError::OtherRequest.into());
        }
        let rows = self.frozen_rows(&proposal)?;
        drop(self.open_rows(credential, &proposal, &rows, reply, "test")?);
        let mut keys: Vec<String> = rows.into_iter().map(|row| row.key_id).collect();
        keys.sort_unstable();
        keys.dedup();
        self.keeper.note_archive_test(credential, &keys)?;
        Ok(keys)
    }

    fn open_rows(
        &self,
        credential: &Credential,
        proposal: &Proposal,
        rows: &[ArchivedRow],
        reply: &Reply,
        step: &str,
    ) -> Result<Vec<OpenedRecord>, Error> {
        let secret = self.keeper.secret_of(proposal)?.ok_or(Error::NotFound)?;
        let key = ReplyKey::from_bytes(&secret).ok_or(Error::NotFound)?;
        // The list the custodians opened must be the one that was frozen, sealed keys included.
        let sealed = self.unwrap_outer(credential, proposal, rows, step)?;
        let items: Vec<RequestItem> = (0u32..)
            .zip(rows.iter().zip(&sealed))
            .map(|(n, (row, sealed))| {
                let sealed_for = SealedFor {
                    store: row.store,
                    record: row.id,
                };
                RequestItem::new(n, &row.key_id, &sealed_for, sealed)
            })
            .collect();
        let frozen = frozen_sha256(&items);
        let mut keys = open_reply(reply, &proposal.id, &frozen, rows.len(), &key)?;
        keys.sort_by_key(|(n, _)| *n);
        rows.iter()
            .zip(keys)
            .map(|(row, (n, key))| open_row(row, n, &key))
            .collect()
    }

    /// Finds an archived order by its number.
    pub(crate) fn archived_order(
        &self,
        credential: &Credential,
        number: &Personal,
    ) -> Result<(SubjectId, OrderId), Error> {
        let number = clean_line(number).ok_or(Error::NotFound)?;
        let hash = self
            .keeper
            .intake_hash(credential.store, LookupKind::Order, &number)
            .ok_or(Error::NotFound)?;
        self.keeper.archived_order(&hash)?.ok_or(Error::NotFound)
    }

    fn frozen_rows(&self, proposal: &Proposal) -> Result<Vec<ArchivedRow>, Error> {
        let records = Frozen::read(proposal)?.records()?;
        records
            .iter()
            .map(|id| {
                let row = self.read_archive(|tx| archived::fetch(tx, id))?;
                // Its term was over, or its person erased, since it was asked for.
                row.ok_or(Error::NotFound)
            })
            .collect()
    }
}

fn open_row(row: &ArchivedRow, n: u32, key: &SecretKey) -> Result<OpenedRecord, Error> {
    let context = FieldContext {
        store: row.store,
        record: row.id,
        generation: 0,
    };
    let fields = open_fields(key, &context, &row.envelope, FieldSet::all());
    Ok(OpenedRecord {
        n,
        category: row.id.category,
        fields: fields.map_err(|_| Error::Altered)?,
    })
}

fn written(record: &RecordId) -> (String, String, u8) {
    let (subject, order) = (record.subject.as_bytes(), record.order.as_bytes());
    (hex(subject), hex(order), record.category.number())
}

fn read_id(text: &str) -> Result<[u8; 16], Error> {
    let bytes = lethe_keeper::unhex(text).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(Error::Altered)
}

/// A reason stands in clear in the keyring and in the custodians' file.
pub(crate) fn check_reason(reason: &str) -> Result<(), Error> {
    let is_line = !reason.trim().is_empty() && reason.len() <= 200 && !reason.contains('\n');
    if is_line && !reason.contains('@') {
        Ok(())
    } else {
        let text =
            "must be one line of 1 to 200 characters without a name or address: a case number, say";
        Err(Error::invalid("reason", text))
    }
}
