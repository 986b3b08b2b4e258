//! A stolen API key on the real operations, without HTTP between.

use crate::harness::{PASSPHRASE, TestClock, Theft, broken, finding};
use lethe_drill::{ListPage, ListedOrder, Refused, StolenApi, StolenGrant, Verdict};
use lethe_model::{Clock, FieldSet, Grant, Power, Purpose, Quota, StoreId};
use lethe_ops::{Credential, Error, NewCredential, Refusal, RevealQuery, Vault};
use std::collections::BTreeMap;
use std::sync::Arc;

const FIELDS: [&str; 3] = ["contact.email", "delivery.name", "delivery.street"];

struct Direct {
    vault: Vault,
    credential: Arc<Credential>,
    clock: Arc<TestClock>,
    /// What the grant claims, when it lies.
    claimed_quota: u32,
}

impl Direct {
    fn new(theft: &Theft, quota: u32) -> Self {
        let vault = theft.open(&theft.copy(), PASSPHRASE);
        let operator = vault.operator(StoreId(1)).unwrap();
        let grant = Grant {
            fields: FieldSet::parse(FIELDS).unwrap(),
            purposes: [Purpose::Marketing].into_iter().collect(),
            powers: [Power::Reveal, Power::List].into_iter().collect(),
            quota: Quota::people_per_day(quota),
            expires_at_ms: Some(theft.clock.now_ms() + 90 * 86_400_000),
            owner: Some("ada".to_owned()),
            ..Grant::default()
        };
        let new = NewCredential {
            recipient: "marketing".to_owned(),
            grant,
        };
        let created = vault.create_credential(&operator, &new).unwrap();
        Self {
            credential: vault.authenticate(&created.secret, None).unwrap(),
            clock: Arc::clone(&theft.clock),
            claimed_quota: quota,
            vault,
        }
    }
}

fn refused(error: &Error) -> Refused {
    match error {
        Error::Refused(Refusal::Quota { .. }) => Refused {
            status: 429,
            code: "quota".to_owned(),
        },
        other => Refused {
            status: 404,
            code: other.to_string(),
        },
    }
}

impl StolenApi for Direct {
    fn grant(&self) -> StolenGrant {
        StolenGrant {
            fields: FIELDS.map(str::to_owned).to_vec(),
            purpose: "marketing".to_owned(),
            people_per_day: self.claimed_quota,
        }
    }

    fn list(&mut self, cursor: Option<&str>) -> Result<ListPage, Refused> {
        let page = self.vault.list_orders(&self.credential, cursor, 200);
        let page = page.map_err(|error| refused(&error))?;
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
        let query = RevealQuery {
            fields: FieldSet::parse(fields.iter().map(String::as_str)).unwrap(),
            purpose: Purpose::parse(purpose).unwrap(),
        };
        let revealed = self.vault.reveal(&self.credential, token, query);
        let revealed = revealed.map_err(|error| refused(&error))?;
        let fields = revealed.fields.iter();
        Ok(fields
            .map(|(field, value)| (field.to_string(), value.expose().to_owned()))
            .collect())
    }

    fn advance_hours(&mut self, hours: u32) -> Result<(), Refused> {
        self.clock.advance_minutes(i64::from(hours) * 61);
        Ok(())
    }

    fn advance_days(&mut self, days: u32) -> Result<(), Refused> {
        self.clock.advance_days(days.into());
        Ok(())
    }
}

#[test]
fn the_quota_bounds_what_a_stolen_key_gives() {
    let theft = Theft::of_customers(250);
    let mut api = Direct::new(&theft, 2);
    let report = theft.try_drill(PASSPHRASE, Some(&mut api)).unwrap();
    let key = finding(&report, 5);
    assert_eq!(key.verdict, Verdict::Kept, "{key:#?}");
    assert!(key.named > 120 && key.named <= 2 * 81, "{key:#?}");
    assert_eq!(key.reachable, 162);
    assert!(key.shop_named > 250);
    assert!(
        key.sentence.contains("2 people on the first day"),
        "{key:#?}"
    );
}

#[test]
fn a_quota_that_does_not_hold_is_noticed() {
    let theft = Theft::of_customers(120);
    let mut api = Direct::new(&theft, 50);
    api.claimed_quota = 1;
    let report = theft.try_drill(PASSPHRASE, Some(&mut api)).unwrap();
    broken(&report, 5);
}

#[test]
fn the_quota_bounds_what_an_agent_gives_away_in_a_month_of_work() {
    let theft = Theft::of_customers(250);
    let mut agent = Direct::new(&theft, 3);
    let report = theft.try_drill_with(PASSPHRASE, None, Some(&mut agent));
    let desk = finding(&report.unwrap(), 13).clone();
    assert_eq!(desk.verdict, Verdict::Kept, "{desk:#?}");
    assert!(desk.named > 40 && desk.named <= 3 * 21, "{desk:#?}");
    assert!(desk.sentence.contains("20 days"), "{desk:#?}");
}
