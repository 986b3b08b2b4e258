//! Alerts: listed for auditors, and delivered while the vault serves.
//!
//! How a channel reaches anybody is not known here: the operations cannot link a network client.

mod courier;

pub use courier::Courier;

use crate::policy::timestamp;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_keeper::{Alert, Credential, RaisedAlert};
use lethe_model::Power;
use lethe_store::keyring::alerts::AlertRow;
use serde::Serialize;

/// The most alerts that are listed at once.
const LIST_MAX: u32 = 1_000;

/// An alert as it is shown and delivered. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertView {
    /// Its public id. A channel that is told twice knows by it.
    pub id: String,
    /// When it was raised.
    pub at: Timestamp,
    /// When the same happened last, within the hour after.
    pub last_at: Timestamp,
    /// How often it happened within that hour.
    pub times: u64,
    /// What it is about.
    pub kind: String,
    /// `notice`, `warning` or `alarm`.
    pub severity: String,
    /// The shop.
    pub store: String,
    /// The credential that it is about.
    pub credential: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
    /// What happened and what to do, in a sentence.
    pub text: String,
    /// What became of it, on each channel that was tried.
    pub deliveries: Vec<DeliveryView>,
}

/// What became of an alert on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    /// `webhook`, `email` or `stderr`.
    pub channel: String,
    /// How often it was tried.
    pub attempts: u64,
    /// When it got through.
    pub delivered_at: Option<Timestamp>,
}

/// A way to tell somebody.
pub trait Channel: Send {
    /// Returns its name: the same after a restart, because deliveries are noted under it.
    fn name(&self) -> &'static str;

    /// Tells it, within seconds. The same alert may come twice.
    ///
    /// # Errors
    ///
    /// Why it did not get through; it is tried again later.
    fn deliver(&self, alert: &AlertView) -> Result<(), String>;
}

/// What a round of deliveries came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How many alerts got through.
    pub done: usize,
    /// Why the first that did not get through did not.
    pub failure: Option<String>,
}

impl Vault {
    /// Raises an alert: durable when this returns, delivered while the vault serves.
    ///
    /// # Errors
    ///
    /// When the keyring cannot be written.
    pub fn raise(&self, alert: &Alert) -> Result<String, Error> {
        Ok(self.keeper.raise(alert)?)
    }

    /// Lists the alerts of the caller's shop, the newest first.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `audit`, or `limit` is not 1 to 1000.
    pub fn alerts(&self, by: &Credential, limit: u32) -> Result<Vec<AlertView>, Error> {
        self.permit(by, Power::Audit)?;
        if !(1..=LIST_MAX).contains(&limit) {
            return Err(Error::invalid("limit", "must be 1 to 1000"));
        }
        let raised = self.keeper.alerts(by.store, limit)?;
        raised.iter().map(|one| self.view_alert(one)).collect()
    }

    /// Delivers what a channel has to deliver now: a few alerts, the oldest first. After a failure the
    /// rest of the round waits too.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn deliver_alerts(&self, channel: &dyn Channel) -> Result<Delivered, Error> {
        let mut delivered = Delivered::default();
        for row in self.keeper.alerts_due(channel.name())? {
            let id = row.id.clone();
            let raised = RaisedAlert {
                row,
                deliveries: Vec::new(),
            };
            let told = channel.deliver(&self.view_alert(&raised)?);
            // Told first, noted then: a crash in between tells it twice, and loses nothing.
            self.keeper
                .note_delivery(&id, channel.name(), told.is_ok())?;
            if let Err(why) = told {
                delivered.failure = Some(why);
                break;
            }
            delivered.done += 1;
        }
        Ok(delivered)
    }

    fn view_alert(&self, raised: &RaisedAlert) -> Result<AlertView, Error> {
        let AlertRow {
            id,
            store,
            raised_at,
            last_at,
            times,
            kind,
            severity,
            credential,
            owner,
            sentence,
        } = raised.row.clone();
        let deliveries = raised.deliveries.iter().map(|one| DeliveryView {
            channel: one.channel.clone(),
            attempts: u64::try_from(one.attempts).unwrap_or(0),
            delivered_at: one.delivered_at.map(timestamp),
        });
        Ok(AlertView {
            id,
            at: timestamp(raised_at),
            last_at: timestamp(last_at),
            times: u64::try_from(times).unwrap_or(0),
            kind,
            severity,
            store: self.store_name(store)?.to_owned(),
            credential,
            owner,
            text: sentence,
            deliveries: deliveries.collect(),
        })
    }
}
