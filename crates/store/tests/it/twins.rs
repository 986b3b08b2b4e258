//! The same operations in any order leave the same rows on both engines.

use lethe_model::Category::Contact;
use lethe_model::{OrderId, RecordId, StoreId, SubjectId};
use lethe_store::active::contacts::{self, ContactRow};
use lethe_store::active::records::{self, RecordRow};
use lethe_store::active::{erasures, holders, statistics};
use lethe_store::{Database, Kind, ServerUrl, Speed, StoreError, Tx};
use proptest::prelude::*;

const SHOP: StoreId = StoreId(1);

#[derive(Debug, Clone)]
enum Step {
    Store(u8, u8, Vec<u8>),
    Remove(u8, u8),
    RemoveSubject(u8),
    Touch(u8, Option<i64>, Option<i64>),
    Hold(String, String),
    Count(i64, String, i64),
    Buyer(u8, i64),
    Settle(i64),
    ForgetGone,
    /// What a step before it has done in the same transaction is undone.
    Fail,
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    // PostgreSQL takes no NUL in a text.
    let text = "[^\\x00]{0,6}";
    prop_oneof![
        4 => (0..4_u8, 0..4_u8, bytes).prop_map(|(a, b, c)| Step::Store(a, b, c)),
        1 => (0..4_u8, 0..4_u8).prop_map(|(a, b)| Step::Remove(a, b)),
        1 => (0..4_u8).prop_map(Step::RemoveSubject),
        2 => (0..4_u8, any::<Option<i64>>(), any::<Option<i64>>()).prop_map(|(a, b, c)| Step::Touch(a, b, c)),
        2 => (text, text).prop_map(|(a, b)| Step::Hold(a, b)),
        2 => (0..3_i64, text, -9..9_i64).prop_map(|(a, b, c)| Step::Count(a, b, c)),
        1 => (0..4_u8, 0..3_i64).prop_map(|(a, b)| Step::Buyer(a, b)),
        1 => (0..3_i64).prop_map(Step::Settle),
        1 => Just(Step::ForgetGone),
        1 => Just(Step::Fail),
    ]
}

fn subject(number: u8) -> SubjectId {
    SubjectId::from_bytes([number; 16])
}

fn record(whose: u8, of: u8) -> RecordId {
    RecordId {
        subject: subject(whose),
        order: OrderId::from_bytes([of; 16]),
        category: Contact,
    }
}

/// Does a step, and returns what it answered.
fn apply(tx: &Tx<'_>, step: &Step) -> Result<String, StoreError> {
    match step {
        Step::Store(whose, of, envelope) => {
            let row = RecordRow {
                id: record(*whose, *of),
                store: SHOP,
                generation: 0,
                envelope: envelope.clone(),
            };
            records::upsert_many(tx, &[row.clone(), row])?;
            Ok(format!("{:?}", records::of_subject(tx, &subject(*whose))?))
        }
        Step::Remove(whose, of) => Ok(records::delete(tx, &record(*whose, *of))?.to_string()),
        Step::RemoveSubject(whose) => {
            Ok(records::delete_subject(tx, &subject(*whose))?.to_string())
        }
        Step::Touch(whose, created_on, last_on) => {
            let (subject, created_on, last_on) = (subject(*whose), *created_on, *last_on);
            contacts::touch(
                tx,
                SHOP,
                &ContactRow {
                    subject,
                    created_on,
                    last_on,
                },
            )?;
            Ok(format!("{:?}", contacts::fetch(tx, &subject)?))
        }
        Step::Hold(name, role) => {
            let row = holders::HolderRow {
                name: name.clone(),
                role: role.clone(),
                receives: String::new(),
                retention_days: None,
            };
            holders::upsert(tx, SHOP, &row)?;
            erasures::ask(tx, role, name, 1)?;
            Ok(format!("{:?}", erasures::asked(tx, role)?))
        }
        Step::Count(month, country, orders) => {
            let row = statistics::StatisticsRow {
                month: *month,
                country: country.clone(),
                product: String::new(),
                currency: String::new(),
                band: 0,
                orders: *orders,
                total_minor: *orders,
                buyers: 1,
                settled_at: None,
            };
            statistics::add(tx, SHOP, &row)?;
            Ok(format!("{:?}", statistics::of_month(tx, SHOP, *month)?))
        }
        Step::Buyer(whose, month) => {
            Ok(statistics::count_buyer(tx, SHOP, *month, &subject(*whose))?.to_string())
        }
        Step::Settle(month) => {
            let groups = statistics::of_month(tx, SHOP, *month)?;
            statistics::settle(tx, SHOP, *month, &groups, 9)?;
            Ok(format!("{:?}", statistics::open_months(tx, SHOP)?))
        }
        Step::ForgetGone => statistics::forget_gone_buyers(tx).map(|()| String::new()),
        Step::Fail => Err(StoreError::Busy),
    }
}

/// Every row of the tables, in the order of their keys.
fn dump(database: &mut Database) -> Vec<String> {
    let dumped: Result<_, StoreError> = database.read(|tx| {
        let mut lines = Vec::new();
        for (id, _) in records::page(tx, None, 999)? {
            lines.push(format!("{:?}", records::fetch(tx, &id)?));
        }
        lines.push(format!("{:?}", contacts::page(tx, SHOP, &subject(0), 999)?));
        lines.push(format!("{:?}", contacts::fetch(tx, &subject(0))?));
        lines.push(format!("{:?}", holders::list(tx, SHOP)?));
        lines.push(format!("{:?}", statistics::settled(tx, SHOP)?));
        for month in 0..3 {
            lines.push(format!("{:?}", statistics::of_month(tx, SHOP, month)?));
        }
        let counted = "SELECT month FROM counted_buyers ORDER BY subject_id, month";
        lines.push(format!("{:?}", tx.query(counted, &[], |row| row.int(0))?));
        Ok(lines)
    });
    dumped.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_engines_answer_and_end_alike(
        transactions in prop::collection::vec(prop::collection::vec(step(), 1..6), 1..16)
    ) {
        let migrate = |url: &str| {
            let url: ServerUrl = url.parse().unwrap();
            drop(Database::open(url, Kind::Active, Speed::Serving).unwrap());
        };
        let Some(url) = lethe_pgtest::copied_database("active", migrate) else {
            return Ok(());
        };
        let url: ServerUrl = url.parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut postgres = Database::open(url, Kind::Active, Speed::Serving).unwrap();
        let mut sqlite =
            Database::open(folder.path().join("db"), Kind::Active, Speed::Serving).unwrap();
        for steps in &transactions {
            let run = |database: &mut Database| {
                let answers = database.write(|tx| steps.iter().map(|step| apply(tx, step)).collect());
                answers.map_err(|error: StoreError| error.to_string())
            };
            let (one, other): (Result<Vec<String>, String>, _) = (run(&mut sqlite), run(&mut postgres));
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(dump(&mut sqlite), dump(&mut postgres));
    }
}
