//! What a key may open: one lock for each role a key can have.

use crate::DrillError;
use crate::format::{
    SegmentHead, body_context, data_key_context, epoch_context, first_field, record_id,
    segment_context,
};
use crate::stolen::StolenFolder;
use lethe_crypto::{FieldContext, SecretKey, open_bytes, open_fields, unwrap_key};
use lethe_model::StoreId;
use rusqlite::{Connection, OptionalExtension, Row};
use std::fs::File;
use std::io::Read;

/// Enough for a segment's header and its first entry.
const SEGMENT_HEAD_BYTES: u64 = 256 * 1024;
/// Records that a key without a known owner is tried on.
const SAMPLED_RECORDS: usize = 16;
/// Records of one order, at most.
const ORDER_RECORDS_MAX: usize = 16;

/// What a key turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// It opens the key-encryption keys: everything.
    Root,
    /// It opens the data keys: everything.
    KeyEncryption,
    /// It opens the log.
    Log,
    /// It opens one record.
    Record([u8; 16]),
}

/// A sealed record with all that a key needs to be tried on it.
pub(crate) struct SealedRecord {
    pub(crate) context: FieldContext,
    pub(crate) envelope: Vec<u8>,
}

impl SealedRecord {
    /// Says whether the key opens the first field.
    pub(crate) fn opens(&self, key: &SecretKey) -> bool {
        first_field(&self.envelope)
            .is_some_and(|field| open_fields(key, &self.context, &self.envelope, field).is_ok())
    }
}

/// One sealed thing for each role but a record's.
pub(crate) struct Locks {
    epochs: Vec<(Vec<u8>, Vec<u8>)>,
    data_keys: Vec<(Vec<u8>, Vec<u8>)>,
    segments: Vec<SegmentHead>,
    sampled: Vec<SealedRecord>,
}

impl Locks {
    /// Picks them from the stolen databases and the log.
    pub(crate) fn collect(stolen: &StolenFolder) -> Result<Self, DrillError> {
        let keyring = stolen.keyring()?;
        let active = stolen.active()?;
        let (epochs, data_keys) =
            wrapped_keys(&keyring).map_err(DrillError::database("the keyring"))?;
        let mut segments = Vec::new();
        // The newest: each has a key of its own under the same log key.
        for path in stolen.log_segments()?.iter().rev().take(1) {
            let file = File::open(path).map_err(DrillError::file(path))?;
            let mut head = Vec::new();
            let read = file.take(SEGMENT_HEAD_BYTES).read_to_end(&mut head);
            read.map_err(DrillError::file(path))?;
            segments.extend(SegmentHead::parse(&head));
        }
        Ok(Self {
            epochs,
            data_keys,
            segments,
            sampled: sampled_records(&active).map_err(DrillError::database("the active store"))?,
        })
    }

    /// Counts the roles a key is tried in.
    pub(crate) fn count(&self) -> u64 {
        (self.epochs.len() + self.data_keys.len() + 2 * self.segments.len()) as u64
    }

    /// Tries a key in every role but a record's.
    pub(crate) fn try_key(&self, key: &SecretKey) -> Option<Role> {
        let opens =
            |(context, wrapped): &(Vec<u8>, Vec<u8>)| unwrap_key(key, context, wrapped).is_ok();
        if self.epochs.iter().any(opens) {
            return Some(Role::Root);
        }
        if self.data_keys.iter().any(opens) {
            return Some(Role::KeyEncryption);
        }
        let opens_log = self.segments.iter().any(|segment| {
            unwrap_key(key, &segment_context(&segment.origin), &segment.wrapped_key).is_ok()
                || segment.first_body.as_ref().is_some_and(|(index, body)| {
                    open_bytes(key, &body_context(*index), body).is_ok()
                })
        });
        opens_log.then_some(Role::Log)
    }

    /// Returns records for keys of which nothing says whose they may be.
    pub(crate) fn sampled(&self) -> &[SealedRecord] {
        &self.sampled
    }
}

type Wrapped = Vec<(Vec<u8>, Vec<u8>)>;

fn wrapped_keys(keyring: &Connection) -> rusqlite::Result<(Wrapped, Wrapped)> {
    let mut statement =
        keyring.prepare("SELECT epoch, wrapped FROM key_epochs ORDER BY epoch DESC LIMIT 2")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let epochs: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    let mut data_keys = Vec::new();
    for (epoch, _) in &epochs {
        let mut statement = keyring.prepare(
            "SELECT subject_id, order_id, category, generation, wrapped FROM data_keys \
             WHERE epoch = $1 LIMIT 1",
        )?;
        let key = statement
            .query_row([epoch], |row| {
                let id: (Vec<u8>, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let sealed: (u32, Vec<u8>) = (row.get(3)?, row.get(4)?);
                Ok((id, sealed))
            })
            .optional()?;
        let key = key.and_then(|((subject, order, category), (generation, wrapped))| {
            let id = record_id(&subject, &order, category)?;
            Some((data_key_context(&id, generation), wrapped))
        });
        data_keys.extend(key);
    }
    let epochs = epochs
        .into_iter()
        .map(|(epoch, wrapped)| (epoch_context(epoch), wrapped))
        .collect();
    Ok((epochs, data_keys))
}

const RECORDS: &str = "SELECT subject_id, order_id, category, store_id, generation, envelope FROM \
     records";

fn sampled_records(active: &Connection) -> rusqlite::Result<Vec<SealedRecord>> {
    let mut statement = active.prepare(&format!("{RECORDS} LIMIT {SAMPLED_RECORDS}"))?;
    let rows = statement.query_map([], sealed_record)?;
    rows.filter_map(Result::transpose).collect()
}

/// Reads the records of one order.
pub(crate) fn records_of(
    active: &Connection,
    subject: Option<&[u8]>,
    order: Option<&[u8]>,
) -> rusqlite::Result<Vec<SealedRecord>> {
    let mut statement = active.prepare_cached(&format!(
        "{RECORDS} WHERE subject_id = $1 AND order_id = $2 LIMIT {ORDER_RECORDS_MAX}"
    ))?;
    let rows = statement.query_map((subject, order), sealed_record)?;
    rows.filter_map(Result::transpose).collect()
}

/// Calls `each` with every record until it returns `false`.
pub(crate) fn each_record(
    active: &Connection,
    mut each: impl FnMut(&SealedRecord) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = active.prepare(RECORDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if sealed_record(row)?.is_some_and(|record| !each(&record)) {
            break;
        }
    }
    Ok(())
}

fn sealed_record(row: &Row<'_>) -> rusqlite::Result<Option<SealedRecord>> {
    let id: (Vec<u8>, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (store, generation, envelope): (i64, u32, _) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(record_id(&id.0, &id.1, id.2).map(|record| SealedRecord {
        context: FieldContext {
            store: StoreId(store),
            record,
            generation,
        },
        envelope,
    }))
}
