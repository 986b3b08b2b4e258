//! A grant in words: as its row, the log and the interfaces hold it.

use lethe_model::{
    Bounds, FieldSet, Grant, Networks, OrderState, OrderStates, Power, PowerSet, Purpose,
    PurposeSet, Quota,
};
use serde::{Deserialize, Serialize};

/// A grant as its row and the interfaces write it. A bound that is absent bounds nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct GrantText {
    /// Field references.
    pub fields: Vec<String>,
    /// Purposes.
    pub purposes: Vec<String>,
    /// Powers.
    pub powers: Vec<String>,
    /// States of an order in which its records may be revealed; absent for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<String>>,
    /// Distinct people in any 60 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_hour: Option<u32>,
    /// Distinct people in any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_day: Option<u32>,
    /// Distinct people in any 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_90_days: Option<u32>,
    /// Distinct people ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_ever: Option<u32>,
    /// Distinct values (a field of a person) in any 60 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_per_hour: Option<u32>,
    /// Distinct values in any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_per_day: Option<u32>,
    /// Distinct values in any 90 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_per_90_days: Option<u32>,
    /// Distinct values ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_ever: Option<u32>,
    /// Requests in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Networks in CIDR notation; absent for anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// Unix milliseconds.
    pub expires_at_ms: Option<i64>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl From<&Grant> for GrantText {
    fn from(grant: &Grant) -> Self {
        let (people, values) = (&grant.quota.people, &grant.quota.values);
        let states = grant.states.iter().map(|state| state.name().to_owned());
        Self {
            fields: grant.fields.iter().map(|field| field.to_string()).collect(),
            purposes: grant.purposes.iter().map(|one| one.to_string()).collect(),
            powers: grant
                .powers
                .iter()
                .map(|power| power.name().to_owned())
                .collect(),
            states: (grant.states != OrderStates::ALL).then(|| states.collect()),
            people_per_hour: people.hour,
            people_per_day: people.day,
            people_per_90_days: people.quarter,
            people_ever: people.ever,
            values_per_hour: values.hour,
            values_per_day: values.day,
            values_per_90_days: values.quarter,
            values_ever: values.ever,
            requests_per_second: grant.quota.requests_per_second,
            networks: grant.networks.iter().map(|one| one.to_string()).collect(),
            expires_at_ms: grant.expires_at_ms,
            owner: grant.owner.clone(),
        }
    }
}

impl GrantText {
    /// Reads the words back; `None` when one of them is unknown.
    pub fn to_grant(&self) -> Option<Grant> {
        let purposes: Option<PurposeSet> = self
            .purposes
            .iter()
            .map(|name| Purpose::parse(name).ok())
            .collect();
        let powers: Option<PowerSet> = self.powers.iter().map(|name| Power::parse(name)).collect();
        let states: Option<OrderStates> = match &self.states {
            None => Some(OrderStates::ALL),
            Some(names) => names.iter().map(|name| OrderState::parse(name)).collect(),
        };
        Some(Grant {
            fields: FieldSet::parse(self.fields.iter().map(String::as_str)).ok()?,
            purposes: purposes?,
            states: states?,
            powers: powers?,
            quota: self.quota(),
            networks: Networks::parse(self.networks.iter().map(String::as_str)).ok()?,
            expires_at_ms: self.expires_at_ms,
            owner: self.owner.clone(),
        })
    }

    /// Returns the bounds.
    pub fn quota(&self) -> Quota {
        Quota {
            people: Bounds {
                hour: self.people_per_hour,
                day: self.people_per_day,
                quarter: self.people_per_90_days,
                ever: self.people_ever,
            },
            values: Bounds {
                hour: self.values_per_hour,
                day: self.values_per_day,
                quarter: self.values_per_90_days,
                ever: self.values_ever,
            },
            requests_per_second: self.requests_per_second,
        }
    }
}
