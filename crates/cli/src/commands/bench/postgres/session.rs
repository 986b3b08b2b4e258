//! One client's connection, with its statements prepared.

use super::{Postgres, Sealing, failed};
use crate::commands::bench::arm::Operation;
use crate::error::CliError;
use std::sync::atomic::Ordering;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

/// The key of the arms that encrypt: 256 bits in hexadecimal, which protect invented people.
const KEY: &str = "6c657468652062656e6368206f6620696e76656e7465642070656f706c653a29";
/// The key of their look-up hashes.
const MAC_KEY: &str = "look-ups of invented people";

/// A connection.
pub(crate) struct Session {
    client: Client,
    is_sealed: bool,
    create: Statement,
    find: Statement,
    reveal: Statement,
}

/// A customer with an order.
pub(super) struct Sale {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) number: String,
    pub(super) total_minor: i64,
    pub(super) street: String,
    pub(super) city: String,
    pub(super) postal_code: String,
    pub(super) country: String,
    pub(super) reference: String,
}

impl Session {
    pub(super) async fn open(client: Client, sealing: Sealing) -> Result<Self, CliError> {
        let [create, find, reveal] = match sealing {
            Sealing::None => [
                include_str!("sql/plain_create.sql"),
                include_str!("sql/plain_find.sql"),
                include_str!("sql/plain_reveal.sql"),
            ],
            _ => [
                include_str!("sql/sealed_create.sql"),
                include_str!("sql/sealed_find.sql"),
                include_str!("sql/sealed_reveal.sql"),
            ],
        };
        Ok(Self {
            create: client.prepare(create).await.map_err(failed)?,
            find: client.prepare(find).await.map_err(failed)?,
            reveal: client.prepare(reveal).await.map_err(failed)?,
            is_sealed: sealing != Sealing::None,
            client,
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Does one act, and says whether it met what it should.
    pub(crate) async fn perform(
        &self,
        postgres: &Postgres,
        operation: Operation,
    ) -> Result<bool, CliError> {
        let number = postgres.next.fetch_add(1, Ordering::Relaxed);
        // A stride that visits all of them, so that neighbours are not read together.
        let at = |count: usize| {
            let at = number.wrapping_mul(7_919) % count.max(1) as u64;
            usize::try_from(at).unwrap_or(0)
        };
        match operation {
            Operation::Create => self.create(&Sale::numbered(number)).await.map(|_| true),
            Operation::Find => {
                let email = &postgres.emails[at(postgres.emails.len())];
                self.rows(&self.find, &[email], &[&MAC_KEY]).await
            }
            Operation::Reveal => {
                let order = &postgres.orders[at(postgres.orders.len())];
                self.rows(&self.reveal, &[order], &[&KEY]).await
            }
        }
    }

    /// Stores a sale and returns its order's number in the table.
    pub(super) async fn create(&self, sale: &Sale) -> Result<i64, CliError> {
        let values: [&(dyn ToSql + Sync); 10] = [
            &sale.email,
            &sale.name,
            &sale.phone,
            &sale.number,
            &sale.total_minor,
            &sale.street,
            &sale.city,
            &sale.postal_code,
            &sale.country,
            &sale.reference,
        ];
        let keys: [&(dyn ToSql + Sync); 2] = [&KEY, &MAC_KEY];
        let all = self.with_keys(&values, &keys);
        let row = self.client.query_one(&self.create, &all).await;
        Ok(row.map_err(failed)?.get(0))
    }

    async fn rows(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
        keys: &[&(dyn ToSql + Sync)],
    ) -> Result<bool, CliError> {
        let all = self.with_keys(values, keys);
        let rows = self.client.query(statement, &all).await.map_err(failed)?;
        Ok(rows.len() == 1)
    }

    /// Plain tables take no keys.
    fn with_keys<'a>(
        &self,
        values: &[&'a (dyn ToSql + Sync)],
        keys: &[&'a (dyn ToSql + Sync)],
    ) -> Vec<&'a (dyn ToSql + Sync)> {
        let keys = if self.is_sealed { keys } else { &[] };
        values.iter().chain(keys).copied().collect()
    }
}

impl Sale {
    /// The sale that Lethe is given under the same number.
    fn numbered(number: u64) -> Self {
        Self {
            email: format!("bench-{number}@example.com"),
            name: format!("Bench Person {number}"),
            phone: "+33 1 99 00 12 34".to_owned(),
            number: format!("#B{number}"),
            total_minor: 7_900,
            street: format!("{number} Rue de la Mesure"),
            city: "Paris".to_owned(),
            postal_code: "75001".to_owned(),
            country: "FR".to_owned(),
            reference: format!("ref-{number}"),
        }
    }
}
