//! People were erased before the theft. The thief has the root key, today's keyring and every slack
//! byte: whatever still opens was not erased.

use super::{Scene, grouped};
use crate::DrillError;
use crate::Probe;
use crate::carve::{Carved, carve_file};
use crate::finding::{Finding, Verdict};
use crate::format::{Unlocked, record_id};
use crate::plain::PlainShop;
use crate::search::{Needles, Sightings, search_cells, search_file};
use lethe_crypto::{FieldContext, SecretKey, open_fields};
use lethe_model::{FieldSet, RecordId, SubjectId};
use std::collections::{HashMap, HashSet};

/// Keys remembered at once, to notice second copies.
const SEEN_MAX: usize = 4_000_000;
const STOLEN: &str = "Everything, after people were erased";

/// Looks for erased people in values, and for any key or record whose person is gone.
pub(crate) fn attack(
    scene: &Scene<'_>,
    unlocked: &Unlocked,
    erased: &[Probe],
) -> Result<Finding, DrillError> {
    if erased.is_empty() {
        return Ok(Finding::not_run(
            7,
            STOLEN,
            "no probe person was erased in the copy beforehand",
        ));
    }
    let needles = Needles::of_probes(erased);
    let mut sightings = Sightings::of(&needles);
    for file in scene.stolen.all_files()? {
        let place = scene.stolen.name_of(&file);
        search_file(&needles, &file, &place, &mut sightings)?;
    }
    let (active, keyring) = (scene.stolen.active()?, scene.stolen.keyring()?);
    search_cells(&needles, &active, "the active store", &mut sightings)?;
    search_cells(&needles, &keyring, "the keyring", &mut sightings)?;
    let residue = Residue::carve(scene, unlocked)?;
    let still_there = still_there(scene, erased);
    let shop = PlainShop::build_after_deletion(scene.scratch, erased)?;

    let opened: HashSet<SubjectId> = residue.opened.iter().map(|record| record.subject).collect();
    let named = sightings
        .named(&needles)
        .max(opened.len() as u64)
        .max(still_there);
    let is_kept = named == 0 && residue.keys.is_empty() && sightings.hits() == 0;
    let mut facts = vec![
        format!(
            "{} probe people were imported and erased, then looked for in {} bytes: seen {} times.",
            grouped(erased.len() as u64),
            grouped(sightings.bytes()),
            grouped(sightings.hits()),
        ),
        residue.fact(),
    ];
    facts.extend(residue.warning());
    facts.extend(sightings.places());
    Ok(Finding {
        named,
        reachable: named,
        fields: sightings.fields(&needles).counts(),
        shop_named: shop.names_in_files(&needles)?,
        verdict: if is_kept {
            Verdict::Kept
        } else {
            Verdict::Broken
        },
        sentence: match is_kept {
            true => "Neither the root key nor any byte left in free space opens a record of \
                 somebody who was erased. A copy stolen before the erasure is another matter."
                .to_owned(),
            false => format!(
                "Erased people are not gone: {} can be named, and {} of their keys survive in \
                 free space.",
                grouped(named),
                grouped(residue.keys.len() as u64),
            ),
        },
        remedy: (!is_kept || residue.stale > 0).then(|| {
            "Compact the keyring's database (VACUUM) after erasures and empty its write-ahead log."
                .to_owned()
        }),
        facts,
        ..Finding::new(7, STOLEN)
    })
}

/// Counts the erased people whom the whole machine still opens.
fn still_there(scene: &Scene<'_>, erased: &[Probe]) -> u64 {
    let is_there = |probe: &&Probe| {
        scene
            .people
            .known
            .iter()
            .any(|person| person.values().any(|(kind, value)| probe.owns(kind, value)))
    };
    erased.iter().filter(is_there).count() as u64
}

/// What is left of people who are in the keyring no more.
struct Residue {
    /// Keys that still unwrap, by record and generation.
    keys: HashMap<(RecordId, u32), SecretKey>,
    records: usize,
    /// Records that such a key opens.
    opened: HashSet<RecordId>,
    rows: u64,
    /// Keys of living people that lie in a database a second time.
    stale: u64,
}

impl Residue {
    fn carve(scene: &Scene<'_>, unlocked: &Unlocked) -> Result<Self, DrillError> {
        let current = current(scene)?;
        let mut residue = Self {
            keys: HashMap::new(),
            records: 0,
            opened: HashSet::new(),
            rows: 0,
            stale: 0,
        };
        let mut seen = HashSet::new();
        let mut sealed: Vec<(FieldContext, Vec<u8>)> = Vec::new();
        for file in scene.stolen.all_files()? {
            let is_database = file.extension().is_some_and(|end| end == "db");
            carve_file(&file, |row| {
                residue.rows += 1;
                match row {
                    Carved::Key {
                        record,
                        generation,
                        epoch,
                        wrapped,
                    } if !current.contains(&record) => {
                        let key = unlocked.data_key(epoch, &record, generation, &wrapped);
                        residue
                            .keys
                            .extend(key.ok().map(|key| ((record, generation), key)));
                    }
                    // In a write-ahead log every page may stand several times; a checkpoint
                    // empties it.
                    Carved::Key {
                        record, generation, ..
                    } if is_database && seen.len() < SEEN_MAX => {
                        residue.stale += u64::from(!seen.insert((record, generation)));
                    }
                    Carved::Record { context, envelope } if !current.contains(&context.record) => {
                        sealed.push((context, envelope));
                    }
                    _ => {}
                }
            })?;
        }
        for (context, envelope) in &sealed {
            let key = residue.keys.get(&(context.record, context.generation));
            let is_open =
                key.is_some_and(|key| open_fields(key, context, envelope, FieldSet::all()).is_ok());
            if is_open {
                residue.opened.insert(context.record);
            }
        }
        residue.records = sealed.len();
        Ok(residue)
    }

    fn fact(&self) -> String {
        format!(
            "{} rows were carved out of all files, slack included; of people who are gone, {} \
             sealed records and {} keys that still unwrap were among them, and {} records opened.",
            grouped(self.rows),
            grouped(self.records as u64),
            grouped(self.keys.len() as u64),
            grouped(self.opened.len() as u64),
        )
    }

    /// Says what tomorrow's erasures would leave behind.
    fn warning(&self) -> Option<String> {
        (self.stale > 0).then(|| {
            format!(
                "Warning: wrapped keys of living people that lie a second time in unused parts of \
                 pages, where SQLite's secure delete does not reach: {}. Erasing one of these \
                 people would leave the key.",
                grouped(self.stale)
            )
        })
    }
}

/// Lists the records that have a key: whatever else unwraps was destroyed, by an erasure, a move to
/// the archive or the end of a term.
fn current(scene: &Scene<'_>) -> Result<HashSet<RecordId>, DrillError> {
    let keyring = scene.stolen.keyring()?;
    let read = || -> rusqlite::Result<HashSet<RecordId>> {
        let mut statement =
            keyring.prepare("SELECT DISTINCT subject_id, order_id, category FROM data_keys")?;
        let rows = statement.query_map([], |row| {
            let id: (Vec<u8>, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(record_id(&id.0, &id.1, id.2))
        })?;
        let rows: Vec<Option<RecordId>> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    };
    read().map_err(DrillError::database("the keyring"))
}
