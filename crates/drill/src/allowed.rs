//! Words that may stand in clear: what the shop sells, its own name, and the tables' own words.

use crate::DrillError;
use crate::stolen::StolenFolder;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Text that proves nothing when it is found.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    /// Names of shops and controllers, each whole.
    own_names: BTreeSet<String>,
    /// Everything else, in small letters.
    text: String,
}

impl Allowed {
    /// Collects it from the stolen databases.
    pub(crate) fn read(stolen: &StolenFolder) -> Result<Self, DrillError> {
        let (active, keyring) = (stolen.active()?, stolen.keyring()?);
        let what = "the active store";
        let text = |database: &Connection, sql: &str| -> Result<BTreeSet<String>, DrillError> {
            texts(database, sql).map_err(DrillError::database(what))
        };
        let mut words = text(&active, "SELECT sql FROM sqlite_master")?;
        words.extend(text(&keyring, "SELECT sql FROM sqlite_master")?);
        words.extend(text(
            &active,
            "SELECT DISTINCT financial_status FROM orders",
        )?);
        words.extend(text(
            &active,
            "SELECT DISTINCT fulfillment_status FROM orders",
        )?);
        for lines in text(&active, "SELECT DISTINCT lines FROM orders")? {
            words.extend(article_names(&lines));
        }
        let mut own_names = text(&active, "SELECT name FROM stores")?;
        own_names.extend(text(&active, "SELECT controller FROM stores")?);
        let joined = words.into_iter().chain(own_names.clone());
        Ok(Self {
            text: joined.collect::<Vec<_>>().join("\n").to_lowercase(),
            own_names: own_names.iter().map(|name| name.to_lowercase()).collect(),
        })
    }

    /// Says whether a name, address line or number is the shop's own.
    pub(crate) fn is_own_name(&self, value: &str) -> bool {
        self.own_names.contains(&value.to_lowercase())
    }

    /// Says whether a town, company or remark stands in text that may be read.
    pub(crate) fn is_common(&self, value: &str) -> bool {
        self.text.contains(&value.to_lowercase())
    }
}

fn texts(database: &Connection, sql: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = database.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
    let texts: Vec<Option<String>> = rows.collect::<Result<_, _>>()?;
    Ok(texts.into_iter().flatten().collect())
}

/// Titles and article numbers of an order's lines.
fn article_names(lines: &str) -> Vec<String> {
    let Ok(serde_json::Value::Array(lines)) = serde_json::from_str(lines) else {
        return Vec::new();
    };
    let name = |line: &serde_json::Value, key| line[key].as_str().map(str::to_owned);
    lines
        .iter()
        .flat_map(|line| [name(line, "title"), name(line, "sku")])
        .flatten()
        .collect()
}
