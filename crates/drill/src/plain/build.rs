//! Building the ordinary shop: a real SQLite file in clear.

use crate::people::{ClearRecord, People, Person};
use crate::search::{Needles, Sightings, search_file};
use crate::stolen::files_below;
use crate::{DrillError, Probe};
use lethe_model::{Category, FieldKind as K};
use rusqlite::{Connection, Transaction, params};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

const WHAT: &str = "the ordinary shop";

// Most builds of SQLite leave deleted bytes where they were; this one may not.
const SCHEMA: &str = "PRAGMA journal_mode = WAL; PRAGMA secure_delete = OFF;
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT,
        street TEXT, city TEXT, postal_code TEXT, country TEXT);
    CREATE INDEX customers_by_email ON customers (email);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, email TEXT, phone TEXT,
        billing_name TEXT, billing_street TEXT, billing_city TEXT, billing_phone TEXT,
        shipping_name TEXT, shipping_street TEXT, shipping_city TEXT, shipping_phone TEXT,
        reference TEXT, note TEXT);
    CREATE TABLE advertising_audience (customer_id INTEGER, hashed BLOB);";
const CUSTOMER: &str = "INSERT INTO customers (id, name, email, phone, street, city, postal_code, \
    country) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ORDER: &str = "INSERT INTO orders (customer_id, email, phone, billing_name, billing_street, \
    billing_city, billing_phone, shipping_name, shipping_street, shipping_city, shipping_phone, \
    reference, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// A shop database in clear.
pub(crate) struct PlainShop {
    folder: PathBuf,
}

impl PlainShop {
    /// Builds a shop with these people.
    pub(crate) fn build(scratch: &Path, people: &People) -> Result<Self, DrillError> {
        let shop = Self::create(&scratch.join("ordinary-shop"))?;
        let mut database = shop.open()?;
        let fill = |tx: &Transaction<'_>| -> rusqlite::Result<()> {
            let parcels = parcels(&people.known);
            for (person, id) in people.known.iter().zip(1..) {
                insert_customer(tx, id, person)?;
                insert_orders(tx, id, person, &parcels)?;
            }
            Ok(())
        };
        write(&mut database, fill).map_err(DrillError::database(WHAT))?;
        Ok(shop)
    }

    /// Builds a shop that had these people among others, and deleted them.
    pub(crate) fn build_after_deletion(
        scratch: &Path,
        erased: &[Probe],
    ) -> Result<Self, DrillError> {
        let shop = Self::create(&scratch.join("ordinary-shop-after-deletion"))?;
        let mut database = shop.open()?;
        let fill = |tx: &Transaction<'_>| -> rusqlite::Result<()> {
            for (id, probe) in (0_i64..).zip(erased) {
                let email = probe.email.as_ref().map(|email| email.expose());
                let (name, street) = (probe.name.expose(), probe.street.expose());
                let phone = probe.phone.expose();
                let none = None::<&str>;
                tx.execute(
                    CUSTOMER,
                    params![id * 2, name, email, phone, street, none, none, none],
                )?;
                let other = format!("Other Customer {id}");
                tx.execute(
                    CUSTOMER,
                    params![id * 2 + 1, other, none, none, none, none, none, none],
                )?;
            }
            Ok(())
        };
        let delete = |tx: &Transaction<'_>| -> rusqlite::Result<()> {
            tx.execute("DELETE FROM customers WHERE id % 2 = 0", [])?;
            Ok(())
        };
        write(&mut database, fill).map_err(DrillError::database(WHAT))?;
        write(&mut database, delete).map_err(DrillError::database(WHAT))?;
        Ok(shop)
    }

    pub(crate) fn open(&self) -> Result<Connection, DrillError> {
        let database = Connection::open(self.folder.join("shop.db"));
        database.map_err(DrillError::database(WHAT))
    }

    /// Searches the shop's files as the vault's are searched, and counts the people named.
    pub(crate) fn names_in_files(&self, needles: &Needles) -> Result<u64, DrillError> {
        let mut sightings = Sightings::of(needles);
        for file in files_below(&self.folder)? {
            search_file(needles, &file, WHAT, &mut sightings)?;
        }
        Ok(sightings.named(needles))
    }

    /// Reads the unsalted hashes that the shop gives to advertisers, each with whose it is.
    pub(crate) fn audience(&self) -> Result<Vec<([u8; 16], i64)>, DrillError> {
        let database = self.open()?;
        let read = || -> rusqlite::Result<Vec<(Vec<u8>, i64)>> {
            let mut statement =
                database.prepare("SELECT hashed, customer_id FROM advertising_audience")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let rows = read().map_err(DrillError::database(WHAT))?;
        Ok(rows
            .into_iter()
            .filter_map(|(hash, customer)| Some((*hash.first_chunk()?, customer)))
            .collect())
    }

    fn create(folder: &Path) -> Result<Self, DrillError> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(DrillError::file(folder))?;
        }
        fs::create_dir_all(folder).map_err(DrillError::file(folder))?;
        let shop = Self {
            folder: folder.to_owned(),
        };
        let database = shop.open()?;
        let made = database.execute_batch(SCHEMA);
        made.map_err(DrillError::database(WHAT))?;
        Ok(shop)
    }
}

fn write(
    database: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let tx = database.transaction()?;
    work(&tx)?;
    tx.commit()
}

fn insert_customer(tx: &Transaction<'_>, id: i64, person: &Person) -> rusqlite::Result<()> {
    let any = |kind| {
        person
            .values()
            .find(|(one, _)| *one == kind)
            .map(|one| one.1)
    };
    tx.prepare_cached(CUSTOMER)?.execute(params![
        id,
        any(K::Name),
        any(K::Email),
        any(K::Phone),
        any(K::Street),
        any(K::City),
        any(K::PostalCode),
        any(K::Country),
    ])?;
    let mut audience = tx
        .prepare_cached("INSERT INTO advertising_audience (customer_id, hashed) VALUES ($1, $2)")?;
    for value in person.emails().into_iter().chain(person.phones()) {
        audience.execute(params![id, Sha256::digest(value).to_vec()])?;
    }
    Ok(())
}

/// A parcel's address by order: a gift's belongs to somebody else than the order.
fn parcels(people: &[Person]) -> HashMap<[u8; 16], &ClearRecord> {
    let records = people.iter().flat_map(|person| &person.records);
    let parcels = records.filter(|record| record.category == Category::Delivery);
    parcels.map(|record| (record.order, record)).collect()
}

fn insert_orders(
    tx: &Transaction<'_>,
    id: i64,
    person: &Person,
    parcels: &HashMap<[u8; 16], &ClearRecord>,
) -> rusqlite::Result<()> {
    let mut orders: HashMap<[u8; 16], HashMap<Category, &ClearRecord>> = HashMap::new();
    for record in &person.records {
        let order = orders.entry(record.order).or_default();
        order.insert(record.category, record);
    }
    let mut insert = tx.prepare_cached(ORDER)?;
    for (order, records) in orders {
        let of = |category, kind| records.get(&category).and_then(|record| record.one(kind));
        let parcel = |kind| parcels.get(&order).and_then(|record| record.one(kind));
        insert.execute(params![
            id,
            of(Category::Contact, K::Email),
            of(Category::Contact, K::Phone),
            of(Category::Invoice, K::Name),
            of(Category::Invoice, K::Street),
            of(Category::Invoice, K::City),
            of(Category::Invoice, K::Phone),
            parcel(K::Name),
            parcel(K::Street),
            parcel(K::City),
            parcel(K::Phone),
            of(Category::Invoice, K::Reference),
            of(Category::Support, K::Note),
        ])?;
    }
    Ok(())
}
