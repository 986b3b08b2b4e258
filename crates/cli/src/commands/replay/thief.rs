//! The thief: goes through the list and reads everybody, as fast as one request every two seconds.

use super::reason;
use super::shop::ReplayShop;
use crate::error::CliError;
use lethe_crypto::ApiKey;
use lethe_model::Purpose;
use lethe_ops::{AlertKind, AlertView, Credential, Error, Refusal, RevealQuery};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Requests between two looks at the clock: a minute's worth.
const PER_MINUTE: u32 = 30;

/// What a thief came away with.
pub(super) struct Loot {
    pub(super) people: u64,
    /// After how many people the first alarm came, and what it said.
    pub(super) first_alarm: Option<(u64, String)>,
    /// What ended it before the time was over.
    pub(super) stopped_by: Option<String>,
    /// Whether nobody was left to read.
    pub(super) is_everybody: bool,
    /// How long it took.
    pub(super) minutes: u64,
}

pub(super) struct Thief<'s> {
    shop: &'s ReplayShop,
    key: Arc<Credential>,
    /// Orders by the subject whose they are.
    waiting: BTreeMap<String, String>,
}

impl<'s> Thief<'s> {
    pub(super) fn new(shop: &'s ReplayShop, secret: &ApiKey) -> Result<Self, CliError> {
        let key = shop.vault.authenticate(secret, None)?;
        let (mut waiting, mut cursor) = (BTreeMap::new(), None);
        loop {
            let page = shop.vault.list_orders(&key, cursor.as_deref(), 200)?;
            waiting.extend(
                page.items
                    .into_iter()
                    .map(|order| (order.subject, order.token)),
            );
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(Self { shop, key, waiting })
    }

    /// Reads on until the days are over or nothing more is given.
    pub(super) fn plunder(self, days: u32) -> Result<Loot, CliError> {
        let vault = &self.shop.vault;
        let mut heard = self.shop.alerts_about(&self.key)?;
        let query = RevealQuery {
            fields: self.key.grant.fields,
            purpose: Purpose::Marketing,
        };
        let mut loot = Loot {
            people: 0,
            first_alarm: None,
            stopped_by: None,
            is_everybody: false,
            minutes: 0,
        };
        let began_ms = self.shop.now_ms();
        let (mut got, mut today, mut requests) = (BTreeSet::new(), 0, 0);
        for (subject, token) in &self.waiting {
            loop {
                requests += 1;
                if requests % PER_MINUTE == 0 {
                    self.shop.clock.advance_minutes(1);
                }
                let answer = vault.reveal(&self.key, token, query);
                let alerts = self.shop.alerts_about(&self.key)?;
                let mut is_canary = false;
                for alert in alerts.iter().filter(|one| !is_known(&heard, one)) {
                    let is_canarys = alert.kind == AlertKind::CanaryRead.name();
                    is_canary |= is_canarys;
                    let kind = if is_canarys {
                        "a canary was read"
                    } else {
                        "a sharp departure"
                    };
                    let people = got.len() as u64;
                    let said = (people, format!("{kind} ({})", alert.text));
                    loot.first_alarm.get_or_insert(said);
                }
                heard = alerts;
                match answer {
                    // A canary is nobody.
                    Ok(_) if is_canary => {}
                    Ok(_) => {
                        got.insert(subject.clone());
                    }
                    Err(Error::NotFound) => {}
                    Err(Error::Refused(Refusal::Quota { .. })) if today + 1 < days => {
                        today += 1;
                        self.shop.clock.advance_days(1);
                        continue;
                    }
                    Err(error @ Error::Refused(Refusal::Quota { .. })) => {
                        drop(error);
                        loot.people = got.len() as u64;
                        return Ok(loot);
                    }
                    Err(error) => {
                        loot.stopped_by = Some(reason(&error));
                        loot.people = got.len() as u64;
                        return Ok(loot);
                    }
                }
                break;
            }
        }
        loot.people = got.len() as u64;
        loot.is_everybody = true;
        loot.minutes = u64::try_from((self.shop.now_ms() - began_ms) / 60_000 + 1).unwrap_or(0);
        Ok(loot)
    }
}

/// Says whether an alert was heard as often before.
fn is_known(heard: &[AlertView], alert: &AlertView) -> bool {
    heard
        .iter()
        .any(|one| (&one.id, one.times) == (&alert.id, alert.times))
}
