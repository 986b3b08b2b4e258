//! Blast radius: how many people, and which of their fields, a credential could reveal if it were
//! stolen now.

use crate::{Error, Vault};
use lethe_keeper::Credential;
use lethe_model::{
    Bounds, Field, FieldSet, Grant, OrderState, OrderStates, Power, StoreId, Window,
};
use lethe_store::active::orders;
use serde::Serialize;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What a thief of a credential could reveal, used at full quota from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlastRadius {
    /// People, within 24 hours.
    pub people_24h: u64,
    /// People, within 90 days.
    pub people_90_days: u64,
    /// People, until it expires.
    pub people_until_expiry: u64,
    /// Everybody there is now whose records its grant covers.
    pub population: u64,
    /// The fields of each of them.
    pub fields: Vec<String>,
    /// Why it is more than its own grant says, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<&'static str>,
    /// What it was on earlier days, as far as the daily job noted it; the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<BlastDay>,
}

/// A blast radius on an earlier day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BlastDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// People, within 24 hours.
    pub people_24h: u64,
    /// People, until it expired.
    pub people_until_expiry: u64,
}

/// The people of a shop, by what their orders are like now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Population {
    all: u64,
    unshipped: u64,
    shipped: u64,
    cancelled: u64,
}

impl Population {
    /// Counts at most how many people have a record in one of the states.
    fn within(&self, states: OrderStates) -> u64 {
        let of = |state| match state {
            OrderState::Unshipped => self.unshipped,
            OrderState::Shipped => self.shipped,
            OrderState::Cancelled => self.cancelled,
            OrderState::Account => self.all,
        };
        states.iter().map(of).sum::<u64>().min(self.all)
    }
}

/// What has been met in each window, what bounds it, and what everybody's bound is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach<'g> {
    pub(crate) grant: &'g Grant,
    pub(crate) used: [u64; 4],
    pub(crate) installation: &'g Bounds,
    pub(crate) population: &'g Population,
    pub(crate) is_usable: bool,
    pub(crate) now_ms: i64,
}

impl Reach<'_> {
    pub(crate) fn radius(&self) -> BlastRadius {
        let grant = self.grant;
        let makes_keys = grant.powers.contains(Power::Keys);
        let reads = grant.powers.contains(Power::Reveal) || makes_keys;
        let is_harmless = !self.is_usable || !reads;
        let population = match (is_harmless, makes_keys) {
            (true, _) => 0,
            (false, true) => self.population.all,
            (false, false) => self.population.within(grant.states),
        };
        let left_ms = grant.expires_at_ms.map_or(u64::MAX / 2, |expiry| {
            u64::try_from(expiry - self.now_ms).unwrap_or(0)
        });
        let people = |length_ms: u64| population.min(self.people_within(length_ms.min(left_ms)));
        let fields = match (is_harmless, makes_keys) {
            (true, _) => FieldSet::EMPTY,
            (false, true) => FieldSet::all(),
            (false, false) => grant.fields,
        };
        BlastRadius {
            people_24h: people(DAY_MS),
            people_90_days: people(90 * DAY_MS),
            people_until_expiry: people(left_ms),
            population,
            fields: fields
                .iter()
                .map(|field: Field| field.to_string())
                .collect(),
            because: (makes_keys && !is_harmless)
                .then_some("it makes keys: whoever has it can make others"),
            trend: Vec::new(),
        }
    }

    /// Bounds whom a time at full quota can show: those who are in its windows already and can be
    /// read again for nothing, and the newcomers that its quotas let through.
    fn people_within(&self, length_ms: u64) -> u64 {
        let quota = &self.grant.quota;
        let of_all = self
            .installation
            .at_most_within(length_ms)
            .unwrap_or(u64::MAX);
        if self.grant.powers.contains(Power::Keys) {
            return of_all;
        }
        let mut people = quota.people;
        let [.., ever] = self.used;
        // What is left of a life's quota is all that it still lets through.
        people.ever = people
            .ever
            .map(|bound| bound.saturating_sub(u32::try_from(ever).unwrap_or(u32::MAX)));
        let longest = Window::ALL
            .into_iter()
            .rev()
            .find(|window| people.of(*window).is_some())
            .unwrap_or(Window::Day);
        let known = self.used[longest as usize];
        let by_rate = quota
            .requests_per_second
            .map(|rate| u64::from(rate).saturating_mul(length_ms.div_ceil(1000)));
        // Each person costs one value at least.
        let newcomers = [
            people.at_most_within(length_ms),
            quota.values.at_most_within(length_ms),
            by_rate,
            Some(of_all),
        ];
        let newcomers = newcomers.into_iter().flatten().min().unwrap_or(u64::MAX);
        known.saturating_add(newcomers)
    }
}

impl Vault {
    pub(crate) fn population(&self, store: StoreId) -> Result<Population, Error> {
        let all = self.people_count(store)?;
        self.keeper.note_population(store, all);
        let [unshipped, shipped, cancelled] = self
            .read_active(|tx| orders::buyers_by_state(tx, store))?
            .map(|count| u64::try_from(count).unwrap_or(0));
        Ok(Population {
            all,
            unshipped,
            shipped,
            cancelled,
        })
    }

    pub(crate) fn radius_of(
        &self,
        credential: &Credential,
        population: &Population,
        is_usable: bool,
    ) -> BlastRadius {
        let installation = self.keeper.access().bounds();
        let reach = Reach {
            grant: &credential.grant,
            used: self.keeper.quota_used(credential),
            installation: &installation,
            population,
            is_usable,
            now_ms: self.around.clock.now_ms(),
        };
        let mut radius = reach.radius();
        let days = self.keeper.usage_of(credential).days;
        let noted = days.into_iter().filter_map(|(day, of_day)| {
            let (people_24h, people_until_expiry) = of_day.reach?;
            Some(BlastDay {
                day,
                people_24h,
                people_until_expiry,
            })
        });
        radius.trend = noted.collect();
        radius
    }

    /// Notes the blast radius of every living credential of a shop: the daily job's part.
    pub(crate) fn note_blast(&self, store: StoreId) -> Result<(), Error> {
        let population = self.population(store)?;
        let all = self.keeper.credentials();
        for one in all
            .iter()
            .filter(|one| one.store == store && !one.is_operator())
        {
            if self.state_of(one) == "active" {
                let radius = self.radius_of(one, &population, true);
                self.keeper
                    .note_reach(one, (radius.people_24h, radius.people_until_expiry));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_model::Quota;

    const HOUR_MS: i64 = 60 * 60 * 1000;

    fn radius(grant: &Grant, used: [u64; 4]) -> BlastRadius {
        let reach = Reach {
            grant,
            used,
            installation: &Bounds::per_day(500),
            population: &Population {
                all: 1_000,
                unshipped: 40,
                shipped: 900,
                cancelled: 60,
            },
            is_usable: true,
            now_ms: 0,
        };
        reach.radius()
    }

    fn reader(quota: Quota, days: i64) -> Grant {
        Grant {
            powers: [Power::Reveal].into_iter().collect(),
            fields: FieldSet::parse(["delivery.street"]).unwrap(),
            quota,
            expires_at_ms: Some(days * 24 * HOUR_MS),
            ..Grant::default()
        }
    }

    #[test]
    fn a_quota_of_a_day_bounds_each_day_until_the_key_ends() {
        let radius = radius(&reader(Quota::people_per_day(10), 30), [0, 4, 4, 4]);
        assert_eq!(radius.people_24h, 14);
        assert_eq!(radius.people_90_days, 304);
        assert_eq!(radius.people_until_expiry, 304);
        assert_eq!(radius.fields, ["delivery.street"]);
    }

    #[test]
    fn a_bound_for_life_leaves_what_is_left_of_it() {
        let mut quota = Quota::people_per_day(10);
        quota.people.ever = Some(50);
        let radius = radius(&reader(quota, 300), [0, 0, 20, 45]);
        assert_eq!(radius.people_24h, 50);
        assert_eq!(radius.people_until_expiry, 50);
    }

    #[test]
    fn a_grant_for_unshipped_orders_reaches_those_there_are() {
        let grant = Grant {
            states: [OrderState::Unshipped].into_iter().collect(),
            ..reader(Quota::people_per_day(1_000), 30)
        };
        assert_eq!(radius(&grant, [0; 4]).people_until_expiry, 40);
    }

    #[test]
    fn whoever_makes_keys_is_bounded_by_the_installation_alone() {
        let grant = Grant {
            powers: [Power::Keys].into_iter().collect(),
            ..reader(Quota::people_per_day(1), 2)
        };
        let radius = radius(&grant, [0; 4]);
        assert_eq!(radius.people_24h, 500);
        assert_eq!(radius.people_90_days, 1_000);
        assert!(radius.because.is_some());
        assert_eq!(radius.fields.len(), lethe_model::FIELDS.len());
    }

    #[test]
    fn a_key_that_shows_nobody_reaches_nobody() {
        let grant = Grant {
            powers: [Power::List].into_iter().collect(),
            ..Grant::default()
        };
        let radius = radius(&grant, [0; 4]);
        assert_eq!((radius.people_until_expiry, radius.fields.len()), (0, 0));
    }
}
