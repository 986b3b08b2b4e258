//! The ordinary shop's API: a key that may read customers reads all of them, page by page.

use super::PlainShop;
use crate::DrillError;

/// Rows that shop APIs give per request.
const PAGE_ROWS: i64 = 250;

/// What a stolen API key of an ordinary shop gives on the first day.
pub(crate) struct FirstDay {
    pub(crate) people: u64,
    pub(crate) requests: u64,
}

/// Pages through the customers, as such a thief did in 2020.
pub(crate) fn names_on_day_one(shop: &PlainShop) -> Result<FirstDay, DrillError> {
    let database = shop.open()?;
    let read = || -> rusqlite::Result<FirstDay> {
        let mut page = database.prepare(
            "SELECT id, name, email, phone, street FROM customers WHERE id > $1 ORDER BY id LIMIT $2",
        )?;
        let mut day = FirstDay {
            people: 0,
            requests: 0,
        };
        let mut after = 0;
        loop {
            day.requests += 1;
            let rows = page.query_map([after, PAGE_ROWS], |row| row.get::<_, i64>(0))?;
            let ids: Vec<i64> = rows.collect::<Result<_, _>>()?;
            let Some(last) = ids.last() else {
                return Ok(day);
            };
            day.people += ids.len() as u64;
            after = *last;
        }
    };
    read().map_err(DrillError::database("the ordinary shop"))
}
