//! The whole machine with its root key: everything the active store holds is the thief's. The same
//! attack tells the drill what to look for in all others.

use super::grouped;
use crate::finding::{Fields, Finding, Verdict};
use crate::format::{Unlocked, record_id};
use crate::people::{ClearRecord, People, Person};
use crate::stolen::StolenFolder;
use crate::{Budget, DrillError, Probe};
use lethe_crypto::{FieldContext, open_fields};
use lethe_model::{FieldKind, FieldSet, StoreId};
use rusqlite::Row;
use sha2::{Digest, Sha256};

const STOLEN: &str = "the active store";
/// How much is kept of a person's documents.
const FILES_BYTES_KEPT: usize = 64;

// One order of reading for both tables, so that no index and no sort is needed however many rows.
const RECORDS: &str = "SELECT r.subject_id, r.order_id, r.category, r.store_id, r.generation, \
     r.envelope, k.epoch, k.wrapped FROM records r LEFT JOIN keyring.data_keys k \
     ON k.subject_id = r.subject_id AND k.order_id = r.order_id AND k.category = r.category \
     AND k.generation = r.generation ORDER BY r.subject_id, r.order_id, r.category";
const COUNT: &str = "SELECT count(DISTINCT subject_id) FROM records";

/// Opens every record of the active store. Probes that are not found make the drill fail.
pub(crate) fn attack(
    stolen: &StolenFolder,
    unlocked: &Unlocked,
    probes: &[Probe],
    budget: &Budget,
) -> Result<People, DrillError> {
    let gathering = gather(stolen, unlocked, probes, budget)?;
    gathering.all_probes_found()?;
    Ok(gathering.people)
}

/// Opens every record, and keeps those of these probes in any case.
pub(crate) fn look(
    stolen: &StolenFolder,
    unlocked: &Unlocked,
    probes: &[Probe],
    budget: &Budget,
) -> Result<People, DrillError> {
    Ok(gather(stolen, unlocked, probes, budget)?.people)
}

fn gather<'p>(
    stolen: &StolenFolder,
    unlocked: &Unlocked,
    probes: &'p [Probe],
    budget: &Budget,
) -> Result<Gathering<'p>, DrillError> {
    let connection = stolen.active_with_keyring()?;
    let total: i64 = connection
        .query_row(COUNT, [], |row| row.get(0))
        .map_err(DrillError::database(STOLEN))?;
    let mut gathering = Gathering {
        people: People {
            known: Vec::new(),
            total: u64::try_from(total).unwrap_or(0),
            opened: 0,
            records: 0,
            records_opened: 0,
        },
        current: None,
        probes,
        is_found: vec![false; probes.len()],
        drawn_below: draw_limit(total, budget.people),
    };
    let mut statement = connection
        .prepare(RECORDS)
        .map_err(DrillError::database(STOLEN))?;
    let mut rows = statement.query([]).map_err(DrillError::database(STOLEN))?;
    while let Some(row) = rows.next().map_err(DrillError::database(STOLEN))? {
        let (subject, record) = open(row, unlocked)?;
        gathering.add(subject, record);
    }
    gathering.close();
    Ok(gathering)
}

/// Describes what this thief holds.
///
/// Kept when nobody is named whose active period is over: archived probe people are looked for.
pub(crate) fn finding(people: &People, archived: &[Probe], plain_people: u64) -> Finding {
    let is_there = |probe: &&Probe| {
        let known = people.known.iter();
        known
            .flat_map(|person| person.values())
            .any(|(kind, value)| probe.owns(kind, value))
    };
    let archived_found = archived.iter().filter(is_there).count() as u64;
    let mut fields = Fields::default();
    for person in &people.known {
        fields.add_person(person.values().map(|(kind, _)| kind));
    }
    Finding {
        named: people.opened,
        reachable: people.total,
        fields: fields.extrapolated(people),
        shop_named: plain_people,
        verdict: match archived_found {
            0 => Verdict::KnownLimit,
            _ => Verdict::Broken,
        },
        sentence: match (archived.is_empty(), archived_found) {
            (true, _) => {
                "Whoever takes the running machine and its root key reads everyone in it: \
                 no encryption helps against that. Nothing is in an archive yet whose key lies \
                 elsewhere: lethe archive setup."
                    .to_owned()
            }
            (false, 0) => {
                "Whoever takes the running machine and its root key reads the people of the \
                 active period: no encryption helps against that. Everybody before is in the \
                 archive, and not among them."
                    .to_owned()
            }
            (false, found) => format!(
                "{} people whose active period is over are still read by the whole machine.",
                grouped(found)
            ),
        },
        facts: vec![format!(
            "{} of {} sealed records opened with the drill's own code; this is also the list of \
             values that all other attacks look for.",
            grouped(people.records_opened),
            grouped(people.records)
        )],
        ..Finding::new(6, "The whole machine and its root key")
    }
}

fn open(row: &Row<'_>, unlocked: &Unlocked) -> Result<([u8; 16], Option<ClearRecord>), DrillError> {
    let read = || -> rusqlite::Result<_> {
        let id: (Vec<u8>, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sealed: (i64, u32, Vec<u8>) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let key: (Option<i64>, Option<Vec<u8>>) = (row.get(6)?, row.get(7)?);
        Ok((id, sealed, key))
    };
    let ((subject, order, category), (store, generation, envelope), key) =
        read().map_err(DrillError::database(STOLEN))?;
    let id = record_id(&subject, &order, category).ok_or(DrillError::Format("a record's id"))?;
    let subject = *id.subject.as_bytes();
    let (Some(epoch), Some(wrapped)) = key else {
        return Ok((subject, None));
    };
    let context = FieldContext {
        store: StoreId(store),
        record: id,
        generation,
    };
    let opened = unlocked
        .data_key(epoch, &id, generation, &wrapped)
        .and_then(|key| open_fields(&key, &context, &envelope, FieldSet::all()));
    let record = opened.ok().map(|fields| ClearRecord {
        order: *id.order.as_bytes(),
        category: id.category,
        fields: fields
            .iter()
            .map(|(field, value)| (field.kind(), beginning(field.kind(), value.expose())))
            .collect(),
    });
    Ok((subject, record))
}

/// Documents are too large to be kept for everybody; where one begins tells it from all others.
fn beginning(kind: FieldKind, value: &str) -> String {
    let len = match kind {
        FieldKind::Files => value.floor_char_boundary(FILES_BYTES_KEPT),
        _ => value.len(),
    };
    value[..len].to_owned()
}

/// People while they are read, one after the other.
struct Gathering<'p> {
    people: People,
    current: Option<Person>,
    probes: &'p [Probe],
    is_found: Vec<bool>,
    drawn_below: u64,
}

impl Gathering<'_> {
    fn add(&mut self, subject: [u8; 16], record: Option<ClearRecord>) {
        if self
            .current
            .as_ref()
            .is_none_or(|person| person.subject != subject)
        {
            self.close();
            self.current = Some(Person {
                subject,
                records: Vec::new(),
            });
        }
        self.people.records += 1;
        self.people.records_opened += u64::from(record.is_some());
        if let Some(person) = &mut self.current {
            person.records.extend(record);
        }
    }

    fn close(&mut self) {
        let Some(person) = self.current.take().filter(|one| !one.records.is_empty()) else {
            return;
        };
        self.people.opened += 1;
        let mut is_probe = false;
        for (probe, is_found) in self.probes.iter().zip(&mut self.is_found) {
            if person.values().any(|(kind, value)| probe.owns(kind, value)) {
                *is_found = true;
                is_probe = true;
            }
        }
        if is_probe || draw_position(&person.subject) <= self.drawn_below {
            self.people.known.push(person);
        }
    }

    fn all_probes_found(&self) -> Result<(), DrillError> {
        let missed = self.is_found.iter().filter(|is_found| !**is_found).count();
        if missed > 0 {
            return Err(DrillError::Blind(format!(
                "{missed} of {} probe people were imported into the copy, but the attack with \
                 every key did not find them",
                self.probes.len()
            )));
        }
        Ok(())
    }
}

/// Returns the position below which about `wanted` of `total` people lie.
fn draw_limit(total: i64, wanted: usize) -> u64 {
    let (total, wanted) = (u128::try_from(total).unwrap_or(0), wanted as u128);
    match total > wanted {
        true => (u128::from(u64::MAX) * wanted / total) as u64,
        false => u64::MAX,
    }
}

/// Places a person by a hash, so that every run draws the same ones.
fn draw_position(subject: &[u8; 16]) -> u64 {
    let hash = Sha256::digest(subject);
    u64::from_be_bytes(hash[..8].try_into().unwrap_or_default())
}
