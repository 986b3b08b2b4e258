//! The vault's database is stolen: pages in use, free pages, write-ahead log. No key.

use super::{Scene, grouped};
use crate::DrillError;
use crate::finding::{Finding, Verdict};
use crate::search::{Sightings, search_cells, search_file};
use rusqlite::Connection;

const WHAT: &str = "the active store";

/// Searches the database's files and cells for every known value.
pub(crate) fn attack(scene: &Scene<'_>, shop_named: u64) -> Result<Finding, DrillError> {
    let mut sightings = Sightings::of(scene.needles);
    for file in scene.stolen.database_files()? {
        let place = scene.stolen.name_of(&file);
        search_file(scene.needles, &file, &place, &mut sightings)?;
    }
    let database = scene.stolen.active()?;
    search_cells(scene.needles, &database, WHAT, &mut sightings)?;
    let visible = Visible::read(&database).map_err(DrillError::database(WHAT))?;
    Ok(searched(
        scene,
        &sightings,
        Finding {
            shop_named,
            sentence: visible.sentence(),
            ..Finding::new(1, "The vault's database")
        },
    ))
}

/// Completes a finding with what a search has seen. The promise is that nothing is.
pub(crate) fn searched(scene: &Scene<'_>, sightings: &Sightings, finding: Finding) -> Finding {
    let named = scene.people.extrapolate(sightings.named(scene.needles));
    let (values, encodings) = scene.needles.counts();
    let mut facts = vec![format!(
        "{} values of {} people, written in {} ways, were looked for in {} bytes: seen {} times.",
        grouped(values as u64),
        grouped(scene.people.known.len() as u64),
        grouped(encodings as u64),
        grouped(sightings.bytes()),
        grouped(sightings.hits()),
    )];
    facts.extend(sightings.places());
    facts.extend(finding.facts);
    let is_clean = sightings.hits() == 0;
    Finding {
        named,
        reachable: finding.reachable.max(named),
        fields: sightings.fields(scene.needles).extrapolated(scene.people),
        verdict: match is_clean {
            true => finding.verdict,
            false => Verdict::Broken,
        },
        sentence: match is_clean {
            true => finding.sentence,
            false => format!(
                "Personal values lie readable in the stolen bytes: {} people can be named.",
                grouped(named)
            ),
        },
        remedy: match is_clean {
            true => finding.remedy,
            false => Some("Find out what wrote these places and report it as a defect.".to_owned()),
        },
        facts,
        ..finding
    }
}

/// What the database tells without any key.
struct Visible {
    orders: i64,
    buyers: i64,
    countries: i64,
    currencies: i64,
    first_day: Option<i64>,
    last_day: Option<i64>,
}

impl Visible {
    fn read(database: &Connection) -> rusqlite::Result<Self> {
        database.query_row(
            "SELECT count(*), count(DISTINCT subject_id), count(DISTINCT country), \
             count(DISTINCT currency), min(ordered_on), max(ordered_on) FROM orders",
            [],
            |row| {
                Ok(Self {
                    orders: row.get(0)?,
                    buyers: row.get(1)?,
                    countries: row.get(2)?,
                    currencies: row.get(3)?,
                    first_day: row.get(4)?,
                    last_day: row.get(5)?,
                })
            },
        )
    }

    fn sentence(&self) -> String {
        let days = match (day(self.first_day), day(self.last_day)) {
            (Some(first), Some(last)) => format!("from {first} to {last}"),
            _ => "without dates".to_owned(),
        };
        format!(
            "The thief reads {} orders of {} buyers under random numbers: what was bought, days \
             {days}, amounts in {} currencies, {} countries of destination. No name, address, \
             phone number or e-mail address.",
            grouped(self.orders.unsigned_abs()),
            grouped(self.buyers.unsigned_abs()),
            self.currencies,
            self.countries,
        )
    }
}

fn day(days: Option<i64>) -> Option<jiff::civil::Date> {
    let days = jiff::Span::new().try_days(days?).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(days).ok()
}
