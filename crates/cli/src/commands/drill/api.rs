//! The stolen key in use, over the real API.

use super::clock::SteppableClock;
use crate::http::{self, Body, encoded, exchange};
use lethe_crypto::ApiKey;
use lethe_drill::{ListPage, ListedOrder, Refused, StolenApi, StolenGrant};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

/// A thief with a key and a network connection.
pub(super) struct HttpThief {
    pub(super) address: SocketAddr,
    pub(super) key: ApiKey,
    pub(super) grant: StolenGrant,
    pub(super) clock: Arc<SteppableClock>,
}

impl HttpThief {
    fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<T, Refused> {
        let body = body.map(Value::to_string);
        let body = body.as_ref().map(|body| Body::json(body.as_bytes()));
        let answer = || -> io::Result<_> {
            let stream = TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(http::TIMEOUT))?;
            stream.set_write_timeout(Some(http::TIMEOUT))?;
            exchange(
                stream,
                method,
                target,
                Some(self.key.expose()),
                body.as_ref(),
            )
        };
        let refused = |status, code: &str| Refused {
            status,
            code: code.to_owned(),
        };
        let answer = answer().map_err(|_| refused(0, "no-answer"))?;
        if answer.status / 100 == 2 {
            return serde_json::from_slice(&answer.body).map_err(|_| refused(0, "no-answer"));
        }
        let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or("unknown");
        Err(refused(answer.status, code))
    }
}

/// What is read of a page of orders.
#[derive(Deserialize)]
struct Orders {
    items: Vec<Order>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Order {
    token: String,
    subject: String,
    is_gift: bool,
}

#[derive(Deserialize)]
struct Revealed {
    fields: BTreeMap<String, String>,
}

impl StolenApi for HttpThief {
    fn grant(&self) -> StolenGrant {
        self.grant.clone()
    }

    fn list(&mut self, cursor: Option<&str>) -> Result<ListPage, Refused> {
        let cursor = cursor.map(|cursor| format!("&cursor={}", encoded(cursor)));
        let target = format!("/v1/orders?limit=200{}", cursor.unwrap_or_default());
        let page: Orders = self.ask("GET", &target, None)?;
        let orders = page.items.into_iter().map(|order| ListedOrder {
            token: order.token,
            subject: order.subject,
            is_gift: order.is_gift,
        });
        Ok(ListPage {
            orders: orders.collect(),
            next_cursor: page.next_cursor,
        })
    }

    fn reveal(
        &mut self,
        token: &str,
        fields: &[String],
        purpose: &str,
    ) -> Result<BTreeMap<String, String>, Refused> {
        let body = json!({ "token": token, "fields": fields, "purpose": purpose });
        let revealed: Revealed = self.ask("POST", "/v1/reveal", Some(&body))?;
        Ok(revealed.fields)
    }

    fn advance_hours(&mut self, hours: u32) -> Result<(), Refused> {
        // A minute longer: quota windows end within that.
        self.clock.advance_minutes(i64::from(hours) * 61);
        Ok(())
    }

    fn advance_days(&mut self, days: u32) -> Result<(), Refused> {
        self.clock.advance_days(days);
        Ok(())
    }
}
