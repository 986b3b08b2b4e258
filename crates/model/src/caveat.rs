//! Caveats: what the holder of a key takes away from it before handing it on.
//!
//! The list is closed. Each caveat only narrows, so any number of them in any order does: whatever
//! is left is within the grant it began with.

use crate::{Bounds, FieldSet, Grant, Networks, OrderStates, PowerSet, PurposeSet, Quota, Window};

/// The most caveats of one derived key.
pub const CAVEATS_MAX: usize = 16;
/// The most orders that one caveat names.
pub const ORDERS_MAX: usize = 8;

/// One restriction of a derived key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caveat {
    /// Refused from this moment on, Unix milliseconds.
    Expires(i64),
    /// These fields at most.
    Fields(FieldSet),
    /// These purposes at most.
    Purposes(PurposeSet),
    /// These powers at most.
    Powers(PowerSet),
    /// Orders in these states at most.
    States(OrderStates),
    /// From these networks only.
    Networks(Networks),
    /// This many distinct people at most.
    People(Bounds),
    /// This many distinct values at most.
    Values(Bounds),
    /// This many requests in a second at most.
    RequestsPerSecond(u32),
    /// These orders only: tokens (`ord_…`) of the recipient that the key was made for.
    Orders(Vec<String>),
    /// A short name for the log; it takes nothing away.
    Label(String),
}

impl Caveat {
    /// Puts it into words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Expires(at_ms) => match jiff::Timestamp::from_millisecond(*at_ms) {
                Ok(at) => format!("until {at}"),
                Err(_) => format!("until {at_ms} (Unix ms)"),
            },
            Self::Fields(fields) => only("fields", fields.iter()),
            Self::Purposes(purposes) => only("purposes", purposes.iter()),
            Self::Powers(powers) => only("powers", powers.iter().map(crate::Power::name)),
            Self::States(states) => only(
                "orders that are",
                states.iter().map(crate::OrderState::name),
            ),
            Self::Networks(networks) => only("networks", networks.iter()),
            Self::People(bounds) => at_most("distinct people", bounds),
            Self::Values(bounds) => at_most("distinct values", bounds),
            Self::RequestsPerSecond(rate) => format!("at most {rate} requests a second"),
            Self::Orders(tokens) => only("orders", tokens.iter()),
            Self::Label(label) => format!("in the log as {label}"),
        }
    }
}

fn only<T: ToString>(what: &str, items: impl Iterator<Item = T>) -> String {
    let names: Vec<String> = items.map(|item| item.to_string()).collect();
    match names.is_empty() {
        true => format!("{what}: none"),
        false => format!("{what}: {} at most", names.join(", ")),
    }
}

fn at_most(what: &str, bounds: &Bounds) -> String {
    let window = |window: Window| {
        let bound = bounds.of(window)?;
        Some(match window {
            Window::Hour => format!("{bound} in 60 minutes"),
            Window::Day => format!("{bound} in 24 hours"),
            Window::Quarter => format!("{bound} in 90 days"),
            Window::Ever => format!("{bound} in all"),
        })
    };
    let all: Vec<String> = Window::ALL.into_iter().filter_map(window).collect();
    format!("{what}: at most {}", all.join(", "))
}

impl Grant {
    /// Returns what a caveat leaves of this grant; always [`within`](Self::within) it.
    ///
    /// The caveat's orders are no part of a grant: whoever decides holds them beside it.
    #[must_use]
    pub fn narrowed_by(&self, caveat: &Caveat) -> Self {
        let mut grant = self.clone();
        match caveat {
            Caveat::Expires(at_ms) => {
                let earlier = grant.expires_at_ms.map_or(*at_ms, |now| now.min(*at_ms));
                grant.expires_at_ms = Some(earlier);
            }
            Caveat::Fields(fields) => grant.fields = grant.fields.and(*fields),
            Caveat::Purposes(purposes) => grant.purposes = grant.purposes.and(*purposes),
            Caveat::Powers(powers) => grant.powers = grant.powers.and(*powers),
            Caveat::States(states) => grant.states = grant.states.and(*states),
            Caveat::Networks(networks) => grant.networks = grant.networks.and(networks),
            Caveat::People(bounds) => grant.quota.people = grant.quota.people.narrowed_by(bounds),
            Caveat::Values(bounds) => grant.quota.values = grant.quota.values.narrowed_by(bounds),
            Caveat::RequestsPerSecond(rate) => {
                let quota = Quota {
                    requests_per_second: Some(*rate),
                    ..Quota::default()
                };
                grant.quota = grant.quota.narrowed_by(&quota);
            }
            Caveat::Orders(_) | Caveat::Label(_) => {}
        }
        grant
    }
}
