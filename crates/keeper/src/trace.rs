//! The trace of an intent: what an act wrote to the keyring, so that a crash can be undone or
//! finished. Ids and hashes only, in a compact form: a batch of 5,000 orders has one.

use lethe_crypto::LookupHash;

type Id = [u8; 16];

/// What an act wrote to the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentTrace {
    /// A batch of orders and customers.
    Intake(Box<IntakeTrace>),
    /// The erasure of subjects, with the gifts they sent.
    Erase {
        /// The store.
        store: i64,
        /// Subjects that are erased.
        subjects: Vec<Id>,
        /// Single records that go with them: subject, order, category.
        records: Vec<(Id, Id, u8)>,
    },
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
const ERASE: u8 = 2;

impl IntentTrace {
    /// Returns the store the act belongs to.
    pub fn store(&self) -> i64 {
        match self {
            Self::Intake(trace) => trace.store,
            Self::Erase { store, .. } => *store,
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
            Self::Erase {
                store,
                subjects,
                records,
            } => {
                bytes.push(ERASE);
                bytes.extend_from_slice(&store.to_be_bytes());
                write_list(&mut bytes, subjects, |out, id| {
                    out.extend_from_slice(id);
                });
                write_list(&mut bytes, records, |out, (subject, order, category)| {
                    out.extend_from_slice(subject);
                    out.extend_from_slice(order);
                    out.push(*category);
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
            ERASE => Self::Erase {
                store,
                subjects: rest.list(Reader::array)?,
                records: rest
                    .list(|rest| Some((rest.array()?, rest.array()?, rest.array::<1>()?[0])))?,
            },
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
        let erase = IntentTrace::Erase {
            store: -1,
            subjects: vec![[1; 16], [2; 16]],
            records: vec![([3; 16], [4; 16], 2)],
        };
        for trace in [intake, erase] {
            let bytes = trace.to_bytes();
            assert_eq!(IntentTrace::from_bytes(&bytes), Some(trace));
            for cut in 0..bytes.len() {
                assert_eq!(IntentTrace::from_bytes(&bytes[..cut]), None);
            }
        }
    }
}
