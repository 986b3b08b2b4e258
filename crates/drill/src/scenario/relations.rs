//! The relations are stolen: the table of orders alone, dumped as a spreadsheet.

use super::vault_database::searched;
use super::{Scene, grouped};
use crate::DrillError;
use crate::finding::Finding;
use crate::search::{Needles, Sightings, search_bytes};
use rusqlite::{Connection, types::ValueRef};
use std::fmt::Write;

const DUMP_FLUSH_BYTES: usize = 1 << 20;

/// Dumps the orders and searches the dump.
pub(crate) fn attack(scene: &Scene<'_>) -> Result<Finding, DrillError> {
    let database = scene.stolen.active()?;
    let sightings = search_dump(scene.needles, &database, "the dump of the orders")?;
    let bundles = Bundles::read(&database).map_err(DrillError::database("the active store"))?;
    let shop_sightings = search_dump(scene.needles, &scene.shop.open()?, "the ordinary shop")?;
    let shop_named = shop_sightings.named(scene.needles);
    Ok(searched(
        scene,
        &sightings,
        Finding {
            shop_named: scene.people.extrapolate(shop_named),
            sentence: bundles.sentence(),
            facts: vec![bundles.fact()],
            ..Finding::new(3, "The list of orders (relations)")
        },
    ))
}

fn search_dump(
    needles: &Needles,
    database: &Connection,
    place: &str,
) -> Result<Sightings, DrillError> {
    let mut sightings = Sightings::of(needles);
    let mut dump = String::new();
    let mut read = || -> rusqlite::Result<()> {
        let mut statement = database.prepare("SELECT * FROM orders")?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                let separator = if column + 1 == columns { '\n' } else { ',' };
                push_cell(&mut dump, row.get_ref(column)?);
                dump.push(separator);
            }
            if dump.len() > DUMP_FLUSH_BYTES {
                sightings.count_bytes(dump.len());
                search_bytes(needles, dump.as_bytes(), place, &mut sightings);
                dump.clear();
            }
        }
        Ok(())
    };
    read().map_err(DrillError::database("the orders"))?;
    sightings.count_bytes(dump.len());
    search_bytes(needles, dump.as_bytes(), place, &mut sightings);
    Ok(sightings)
}

fn push_cell(dump: &mut String, cell: ValueRef<'_>) {
    let written = match cell {
        ValueRef::Null => Ok(()),
        ValueRef::Integer(number) => write!(dump, "{number}"),
        ValueRef::Real(number) => write!(dump, "{number}"),
        ValueRef::Text(text) => write!(
            dump,
            "\"{}\"",
            String::from_utf8_lossy(text).replace('"', "\"\"")
        ),
        ValueRef::Blob(bytes) => bytes.iter().try_for_each(|byte| write!(dump, "{byte:02x}")),
    };
    written.expect("writing to a string does not fail");
}

/// How orders hang together under a buyer's pseudonym.
struct Bundles {
    orders: i64,
    buyers: i64,
    repeat_buyers: i64,
    largest: i64,
    unique: i64,
}

impl Bundles {
    fn read(database: &Connection) -> rusqlite::Result<Self> {
        let (orders, buyers, repeat_buyers, largest) = database.query_row(
            "SELECT coalesce(sum(n), 0), count(*), coalesce(sum(n > 1), 0), coalesce(max(n), 0) \
             FROM (SELECT count(*) AS n FROM orders GROUP BY subject_id)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        let unique = database.query_row(
            "SELECT count(*) FROM (SELECT 1 FROM orders \
             GROUP BY ordered_on, country, currency, total_minor HAVING count(*) = 1)",
            [],
            |row| row.get(0),
        )?;
        Ok(Self {
            orders,
            buyers,
            repeat_buyers,
            largest,
            unique,
        })
    }

    fn sentence(&self) -> String {
        format!(
            "Orders of one buyer hang together ({} buyers have several, {} at most), but nothing \
             says who the buyer is.",
            grouped(self.repeat_buyers.unsigned_abs()),
            self.largest,
        )
    }

    fn fact(&self) -> String {
        format!(
            "{} of {} orders are the only one of their day, country and amount: somebody who knows \
             of one such purchase from elsewhere finds that buyer's other orders ({} buyers in \
             all).",
            grouped(self.unique.unsigned_abs()),
            grouped(self.orders.unsigned_abs()),
            grouped(self.buyers.unsigned_abs()),
        )
    }
}
