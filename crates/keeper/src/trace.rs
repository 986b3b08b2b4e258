//! The trace of an intent: what an act wrote to the keyring, so that a crash can be undone or
//! finished. Ids and hashes only, in a compact form: a batch of 5,000 orders has one.

use crate::disposal::Destruction;
use lethe_crypto::LookupHash;
use lethe_model::SubjectId;

type Id = [u8; 16];

/// What an act wrote to the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentTrace {
    /// A batch of orders and customers.
    Intake(Box<IntakeTrace>),
    /// Records that are destroyed, or move to the archive.
    Disposal(Box<DisposalTrace>),
}

/// What a disposal wrote to the keyring, and which rows follow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisposalTrace {
    /// The store.
    pub store: i64,
    /// Whether old keys are destroyed: before that a crash undoes everything, after it finishes.
    pub is_committed: bool,
    /// Subjects that are new in the archive.
    pub added_subjects: Vec<Id>,
    /// Records that are new in the archive.
    pub added_records: Vec<TracedRecord>,
    /// Records whose rows go.
    pub records: Vec<TracedRecord>,
    /// Orders whose relations go: subject, order.
    pub orders: Vec<(Id, Id)>,
    /// Subjects of whom nothing is left in the active store.
    pub unlinked: Vec<Id>,
    /// Subjects who are forgotten wholly.
    pub forgotten: Vec<Id>,
}

/// One record: subject, order, category.
pub type TracedRecord = (Id, Id, u8);

impl DisposalTrace {
    pub(crate) fn new(store: i64) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }

    /// Takes over what is destroyed.
    pub(crate) fn commit(&mut self, what: &Destruction) {
        let id = |subject: &SubjectId| *subject.as_bytes();
        self.is_committed = true;
        let records = what.records.iter().chain(&what.moved_from);
        self.records = records
            .map(|one| {
                (
                    id(&one.subject),
                    *one.order.as_bytes(),
                    one.category.number(),
                )
            })
            .collect();
        let orders = what.orders.iter();
        self.orders = orders
            .map(|(subject, order, _)| (id(subject), *order.as_bytes()))
            .collect();
        self.unlinked = what.unlinked.iter().map(id).collect();
        self.forgotten = what.forgotten.iter().map(id).collect();
    }
}

/// What a batch wrote to the keyring.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IntakeTrace {
    /// The store.
    pub store: i64,
    /// Data keys that are new.
    pub added: Vec<TracedKey>,
    /// Data keys that are not needed once the batch is stored.
    pub superseded: Vec<TracedKey>,
    /// Subjects that are new.
    pub subjects: Vec<Id>,
    /// Ways to subjects that are new.
    pub lookups: Vec<(LookupHash, Id)>,
    /// Orders that are new.
    pub orders: Vec<LookupHash>,
    /// Orders of which this is a new version.
    pub renewed: Vec<LookupHash>,
}

/// One data key: subject, order, category, generation.
pub type TracedKey = (Id, Id, u8, u32);

const INTAKE: u8 = 1;
const DISPOSAL: u8 = 3;

impl IntentTrace {
    /// Returns the store the act belongs to.
    pub fn store(&self) -> i64 {
        match self {
            Self::Intake(trace) => trace.store,
            Self::Disposal(trace) => trace.store,
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Intake(trace) => {
                bytes.push(INTAKE);
                bytes.extend_from_slice(&trace.store.to_be_bytes());
                for keys in [&trace.added, &trace.superseded] {
                    write_list(
                        &mut bytes,
                        keys,
                        |out, (subject, order, category, generation)| {
                            out.extend_from_slice(subject);
                            out.extend_from_slice(order);
                            out.push(*category);
                            out.extend_from_slice(&generation.to_be_bytes());
                        },
                    );
                }
                write_list(&mut bytes, &trace.subjects, |out, id| {
                    out.extend_from_slice(id);
                });
                write_list(&mut bytes, &trace.lookups, |out, (hash, subject)| {
                    out.extend_from_slice(hash);
                    out.extend_from_slice(subject);
                });
                for hashes in [&trace.orders, &trace.renewed] {
                    write_list(&mut bytes, hashes, |out, hash| {
                        out.extend_from_slice(hash);
                    });
                }
            }
            Self::Disposal(trace) => {
                bytes.push(DISPOSAL);
                bytes.extend_from_slice(&trace.store.to_be_bytes());
                bytes.push(u8::from(trace.is_committed));
                for ids in [&trace.added_subjects, &trace.unlinked, &trace.forgotten] {
                    write_list(&mut bytes, ids, |out, id| out.extend_from_slice(id));
                }
                for records in [&trace.added_records, &trace.records] {
                    write_list(&mut bytes, records, |out, (subject, order, category)| {
                        out.extend_from_slice(subject);
                        out.extend_from_slice(order);
                        out.push(*category);
                    });
                }
                write_list(&mut bytes, &trace.orders, |out, (subject, order)| {
                    out.extend_from_slice(subject);
                    out.extend_from_slice(order);
                });
            }
        }
        bytes
    }

    /// Reads a trace; `None` when a byte is missing or left over.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let kind = rest.array::<1>()?[0];
        let store = i64::from_be_bytes(rest.array()?);
        let trace = match kind {
            INTAKE => Self::Intake(Box::new(IntakeTrace {
                store,
                added: rest.list(Reader::key)?,
                superseded: rest.list(Reader::key)?,
                subjects: rest.list(Reader::array)?,
                lookups: rest.list(|rest| Some((rest.array()?, rest.array()?)))?,
                orders: rest.list(Reader::array)?,
                renewed: rest.list(Reader::array)?,
            })),
            DISPOSAL => {
                let is_committed = match rest.array::<1>()?[0] {
                    0 => false,
                    1 => true,
                    _ => return None,
                };
                Self::Disposal(Box::new(DisposalTrace {
                    store,
                    is_committed,
                    added_subjects: rest.list(Reader::array)?,
                    unlinked: rest.list(Reader::array)?,
                    forgotten: rest.list(Reader::array)?,
                    added_records: rest.list(Reader::record)?,
                    records: rest.list(Reader::record)?,
                    orders: rest.list(|rest| Some((rest.array()?, rest.array()?)))?,
                }))
            }
            _ => return None,
        };
        rest.0.is_empty().then_some(trace)
    }
}

fn write_list<T>(bytes: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    let count = u32::try_from(items.len()).expect("batches are far smaller");
    bytes.extend_from_slice(&count.to_be_bytes());
    items.iter().for_each(|item| write(bytes, item));
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn key(&mut self) -> Option<TracedKey> {
        let (subject, order) = (self.array()?, self.array()?);
        Some((
            subject,
            order,
            self.array::<1>()?[0],
            u32::from_be_bytes(self.array()?),
        ))
    }

    fn record(&mut self) -> Option<TracedRecord> {
        Some((self.array()?, self.array()?, self.array::<1>()?[0]))
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = u32::from_be_bytes(self.array()?);
        (0..count).map(|_| read(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_back_whole_or_not_at_all() {
        let intake = IntentTrace::Intake(Box::new(IntakeTrace {
            store: 1,
            added: vec![([1; 16], [2; 16], 3, 0), ([1; 16], [2; 16], 4, 7)],
            superseded: vec![([1; 16], [2; 16], 4, 6)],
            subjects: vec![[1; 16]],
            lookups: vec![([5; 16], [1; 16])],
            orders: vec![[6; 16]],
            renewed: Vec::new(),
        }));
        let disposal = IntentTrace::Disposal(Box::new(DisposalTrace {
            store: -1,
            is_committed: true,
            added_subjects: vec![[9; 16]],
            added_records: vec![([9; 16], [8; 16], 3)],
            records: vec![([3; 16], [4; 16], 2)],
            orders: vec![([3; 16], [4; 16])],
            unlinked: vec![[3; 16]],
            forgotten: vec![[1; 16], [2; 16]],
        }));
        for trace in [intake, disposal] {
            let bytes = trace.to_bytes();
            assert_eq!(IntentTrace::from_bytes(&bytes), Some(trace));
            for cut in 0..bytes.len() {
                assert_eq!(IntentTrace::from_bytes(&bytes[..cut]), None);
            }
        }
    }
}
