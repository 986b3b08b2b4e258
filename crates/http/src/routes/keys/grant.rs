//! Grants as requests and answers write them.

use crate::problem::Problem;
use crate::routes::fields::{parse_fields, parse_purpose};
use lethe_model::{Grant, Networks, OrderState, OrderStates, Power, PowerSet, PurposeSet};
use lethe_ops::GrantText;
use utoipa::ToSchema;

/// What a key may do. A bound that is absent bounds nothing.
#[derive(ToSchema)]
#[schema(as = Grant)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct GrantDocument {
    /// The fields it may reveal.
    fields: Vec<String>,
    /// The purposes it may state.
    purposes: Vec<String>,
    /// What else it may do.
    powers: Vec<String>,
    /// In which states an order's records may be revealed; absent: in all.
    states: Option<Vec<String>>,
    /// Distinct people in any 60 minutes.
    people_per_hour: Option<u32>,
    /// Distinct people in any 24 hours.
    people_per_day: Option<u32>,
    /// Distinct people in any 90 days.
    people_per_90_days: Option<u32>,
    /// Distinct people ever.
    people_ever: Option<u32>,
    /// Distinct values (a field of a person) in any 60 minutes.
    values_per_hour: Option<u32>,
    /// Distinct values in any 24 hours.
    values_per_day: Option<u32>,
    /// Distinct values in any 90 days.
    values_per_90_days: Option<u32>,
    /// Distinct values ever.
    values_ever: Option<u32>,
    /// Requests in a second.
    requests_per_second: Option<u32>,
    /// Networks in CIDR notation; absent: from anywhere.
    networks: Option<Vec<String>>,
    /// Unix milliseconds from which it is refused.
    expires_at_ms: Option<i64>,
    /// Who answers for it.
    owner: Option<String>,
}

/// Reads a grant, and says which word is not one.
pub(super) fn parse_grant(text: &GrantText) -> Result<Grant, Problem> {
    let purposes: Result<PurposeSet, Problem> = text
        .purposes
        .iter()
        .map(|name| parse_purpose(name))
        .collect();
    let powers: Option<PowerSet> = text.powers.iter().map(|name| Power::parse(name)).collect();
    let no_power = || {
        let names = Power::ALL.map(Power::name).join(", ");
        Problem::invalid("powers", &format!("no such power; use some of {names}"))
    };
    let states: Option<OrderStates> = match &text.states {
        None => Some(OrderStates::ALL),
        Some(names) => names.iter().map(|name| OrderState::parse(name)).collect(),
    };
    let no_state = || {
        let names = OrderState::ALL.map(OrderState::name).join(", ");
        Problem::invalid("states", &format!("no such state; use some of {names}"))
    };
    let networks = Networks::parse(text.networks.iter().map(String::as_str));
    Ok(Grant {
        fields: parse_fields(&text.fields)?,
        purposes: purposes?,
        powers: powers.ok_or_else(no_power)?,
        states: states.ok_or_else(no_state)?,
        quota: text.quota(),
        networks: networks.map_err(|error| Problem::invalid("networks", &error.to_string()))?,
        expires_at_ms: text.expires_at_ms,
        owner: text.owner.clone(),
    })
}
