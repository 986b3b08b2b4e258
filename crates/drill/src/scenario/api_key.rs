//! An API key is stolen and used at full speed for 80 days, as one was in 2020; a support agent
//! reads at full speed at work.

use super::{Scene, grouped};
use crate::DrillError;
use crate::api::{ListedOrder, Refused, StolenApi, StolenGrant};
use crate::finding::{Fields, Finding, Verdict};
use crate::plain::names_on_day_one;
use lethe_model::{Field, FieldKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const QUOTA_USED_UP: u16 = 429;

/// Who uses what, how long, and at which hours.
struct Theft {
    number: u8,
    stolen: &'static str,
    not_run: &'static str,
    days: u32,
    /// Hours of work a day; 0 for a program, which waits for the next day when a quota is used up.
    hours: u32,
    remedy: &'static str,
}

const API_KEY: Theft = Theft {
    number: 5,
    stolen: "An API key, used at full speed for 80 days",
    not_run: "no server was given to use the key on",
    days: 80,
    hours: 0,
    remedy: "Give each key the fewest people a day its holder needs: that number is what its theft costs.",
};

const AGENT: Theft = Theft {
    number: 13,
    stolen: "A support agent, reading at full speed for 20 working days",
    not_run: "no login of an agent was given",
    days: 20,
    hours: 8,
    remedy: "Give each role the fewest people an hour and a day its work needs, and look at what the brake says.",
};

/// Uses a key until the days or the people are over.
pub(crate) fn attack(
    scene: &Scene<'_>,
    api: Option<&mut dyn StolenApi>,
) -> Result<Finding, DrillError> {
    commit(&API_KEY, scene, api)
}

/// Reads as an agent who has a grant like everybody at the desk, and time.
pub(crate) fn attack_from_the_desk(
    scene: &Scene<'_>,
    api: Option<&mut dyn StolenApi>,
) -> Result<Finding, DrillError> {
    commit(&AGENT, scene, api)
}

fn commit(
    theft: &Theft,
    scene: &Scene<'_>,
    api: Option<&mut dyn StolenApi>,
) -> Result<Finding, DrillError> {
    let Some(api) = api else {
        return Ok(Finding::not_run(theft.number, theft.stolen, theft.not_run));
    };
    let grant = api.grant();
    let mut thief = Thief {
        api,
        theft,
        grant: grant.clone(),
        loot: HashMap::new(),
        first_day: 0,
        requests: 0,
        refusals: BTreeMap::new(),
    };
    let orders = thief.list_all()?;
    thief.plunder(orders)?;
    let day_one = names_on_day_one(scene.shop)?;
    let named = thief.loot.len() as u64;
    // A window may begin in the middle of the first day and end in that of the last.
    let bound = u64::from(grant.people_per_day) * u64::from(theft.days + 1);
    let mut fields = Fields::default();
    for kinds in thief.loot.values() {
        fields.add_person(kinds.iter().filter_map(|name| kind_of(name)));
    }
    let is_kept = named <= bound;
    Ok(Finding {
        named,
        reachable: bound.min(scene.people.total),
        fields: fields.counts(),
        shop_named: scene.people.extrapolate(day_one.people),
        verdict: if is_kept {
            Verdict::Kept
        } else {
            Verdict::Broken
        },
        sentence: format!(
            "The thief gets {} people on the first day and {} in {} days, because this grant may \
             read {} people in any 24 hours; the bound is {}. Every read is in the access log.",
            grouped(thief.first_day),
            grouped(named),
            theft.days,
            grouped(grant.people_per_day.into()),
            grouped(bound),
        ),
        facts: thief.facts(day_one.people, day_one.requests),
        remedy: Some(theft.remedy.to_owned()),
        ..Finding::new(theft.number, theft.stolen)
    })
}

struct Thief<'a> {
    api: &'a mut dyn StolenApi,
    theft: &'a Theft,
    grant: StolenGrant,
    /// The fields held of each person: a buyer by token, a gift's recipient by what was revealed.
    loot: HashMap<String, BTreeSet<String>>,
    first_day: u64,
    requests: u64,
    refusals: BTreeMap<String, u64>,
}

impl Thief<'_> {
    fn list_all(&mut self) -> Result<Vec<ListedOrder>, DrillError> {
        let mut orders = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.api.list(cursor.as_deref()).map_err(failed)?;
            orders.extend(page.orders);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(orders);
            }
        }
    }

    /// Takes new people first: nothing is gained by reading anybody twice.
    fn plunder(&mut self, orders: Vec<ListedOrder>) -> Result<(), DrillError> {
        let mut buyers = BTreeSet::new();
        let (first, again): (Vec<_>, Vec<_>) = orders
            .into_iter()
            .partition(|order| order.is_gift || buyers.insert(order.subject.clone()));
        let mut waiting = first.into_iter().chain(again).peekable();
        let fields = self.grant.fields.clone();
        let purpose = self.grant.purpose.clone();
        for day in 0..self.theft.days {
            for _ in 0..self.theft.hours.max(1) {
                while let Some(order) = waiting.peek() {
                    if !order.is_gift && self.loot.contains_key(&order.subject) {
                        waiting.next();
                        continue;
                    }
                    self.requests += 1;
                    match self.api.reveal(&order.token, &fields, &purpose) {
                        Ok(revealed) => self.keep(order, revealed),
                        Err(refused) if refused.status == QUOTA_USED_UP => {
                            *self.refusals.entry(refused.code).or_default() += 1;
                            break;
                        }
                        Err(refused) if refused.status == 0 => return Err(failed(refused)),
                        Err(refused) => *self.refusals.entry(refused.code).or_default() += 1,
                    }
                    waiting.next();
                }
                if self.theft.hours > 0 {
                    self.api.advance_hours(1).map_err(failed)?;
                }
            }
            if day == 0 {
                self.first_day = self.loot.len() as u64;
            }
            if waiting.peek().is_none() {
                return Ok(());
            }
            match self.theft.hours {
                0 => self.api.advance_days(1),
                hours => self.api.advance_hours(24 - hours),
            }
            .map_err(failed)?;
        }
        Ok(())
    }

    fn keep(&mut self, order: &ListedOrder, revealed: BTreeMap<String, String>) {
        for (field, value) in &revealed {
            let is_recipients = order.is_gift && field.starts_with("delivery.");
            let person = match is_recipients {
                false => order.subject.clone(),
                // The same recipient of two gifts is one person, whatever the orders.
                true => recipient(&revealed).unwrap_or_else(|| order.token.clone()),
            };
            if !value.is_empty() {
                self.loot.entry(person).or_default().insert(field.clone());
            }
        }
    }

    fn facts(&self, shop_people: u64, shop_requests: u64) -> Vec<String> {
        let mut facts = vec![
            format!(
                "{} reveals were asked for through the real API, for {}.",
                grouped(self.requests),
                self.grant.fields.join(", ")
            ),
            format!(
                "The ordinary shop's API gave {} people on day one, in {} requests.",
                grouped(shop_people),
                grouped(shop_requests)
            ),
        ];
        let refusals = self.refusals.iter();
        facts.extend(
            refusals.map(|(code, count)| format!("Refused {} times: {code}.", grouped(*count))),
        );
        facts
    }
}

fn recipient(revealed: &BTreeMap<String, String>) -> Option<String> {
    let name = revealed.get("delivery.name")?;
    let street = revealed.get("delivery.street").map_or("", String::as_str);
    Some(format!("{name}\n{street}"))
}

fn kind_of(field: &str) -> Option<FieldKind> {
    Field::parse(field).ok().map(Field::kind)
}

fn failed(refused: Refused) -> DrillError {
    DrillError::Blind(format!(
        "the API under attack did not work as an API (status {}, {})",
        refused.status, refused.code
    ))
}
